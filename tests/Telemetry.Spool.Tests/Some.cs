using System.Text;
using Telemetry.Spool.Tests.Model;

namespace Telemetry.Spool.Tests;

internal static class Some
{
    public static SpoolOptions Options => new() { SegmentBytes = 4096, MaxBytes = 16 * 4096, Random = new Random(1) };

    public static byte[] Payload(int number, int bytes = 100)
    {
        var payload = new byte[bytes];
        new Random(number).NextBytes(payload);
        Encoding.ASCII.GetBytes($"{number} ".AsSpan(), payload);
        return payload;
    }

    /// <summary>Everything in the log of a directory, from its first frame.</summary>
    public static List<byte[]> Content(SpoolLog log, SpoolPosition from = default)
    {
        using var reader = log.OpenReader(from, durableOnly: false);
        List<byte[]> content = [];
        while (reader.TryRead(out var frame))
        {
            content.Add(frame.Payload.ToArray());
        }

        return content;
    }

    public static SpoolPosition Append(SpoolLog log, byte[] payload)
    {
        Assert.Equal(AppendResult.Ok, log.TryAppend(payload, out var position));
        return position;
    }

    public static List<SpoolPosition> Append(SpoolLog log, int from, int count, int bytes = 100) =>
        [.. Enumerable.Range(from, count).Select(i => Append(log, Payload(i, bytes)))];

    public static byte[][] Payloads(int from, int count, int bytes = 100) =>
        [.. Enumerable.Range(from, count).Select(i => Payload(i, bytes))];

    public static SpoolLog Open(ISpoolDirectory directory, SpoolOptions? options = null) =>
        SpoolLog.Open(directory, options ?? Options, new FakeTime(), out _);

    public static SpoolLog Open(ISpoolDirectory directory, out SpoolRecovery recovery, SpoolOptions? options = null) =>
        SpoolLog.Open(directory, options ?? Options, new FakeTime(), out recovery);

    public static byte[] ReadFile(ISpoolDirectory directory, string name)
    {
        using var file = directory.Open(name, writable: false);
        var bytes = new byte[file.Length];
        file.Read(bytes, 0);
        return bytes;
    }

    public static void WriteFile(ISpoolDirectory directory, string name, ReadOnlySpan<byte> bytes)
    {
        using var file = directory.Create(name);
        file.Write(bytes, 0);
        file.Flush();
        directory.Flush();
    }

    /// <summary>Segment files that hold frames, in the order of their positions.</summary>
    public static List<string> SegmentFiles(ISpoolDirectory directory) =>
        [.. DirectoryScan.Look(directory).Segments.Select(s => s.FileName)];

    /// <summary>A directory with the same files, on a model disk of its own.</summary>
    public static ModelDirectory Copy(ISpoolDirectory directory)
    {
        var copy = new ModelDirectory();
        foreach (var name in directory.List(""))
        {
            WriteFile(copy, name, ReadFile(directory, name));
        }

        return copy;
    }
}
