using System.Runtime.CompilerServices;

namespace Telemetry.Spool.Tests;

public class SpoolFormatTests
{
    [Fact]
    public void ExampleInTheFormatsFileIsWhatIsWritten()
    {
        var example = ExampleOf("protos/Telemetry.Spool/SpoolFormat.cs");
        var bytes = new byte[96];
        var header = new SegmentHeader(0, 0, 0, 1_767_323_045_000_000, 4096, Recycled: false, Salt: 1).Write(bytes);
        var hello = "hello"u8;
        FrameHeader.Seal(header.Crc, 64, 5, 0, Wire.Crc32C.Compute(hello)).Write(bytes.AsSpan(64));
        hello.CopyTo(bytes.AsSpan(80));
        bytes[92] = 5;
        Assert.Equal(Convert.ToHexString(bytes), example, ignoreCase: true);
    }

    [Fact]
    public void LogReadsTheExample()
    {
        var directory = new Model.ModelDirectory();
        var segment = new byte[4096];
        Convert.FromHexString(ExampleOf("protos/Telemetry.Spool/SpoolFormat.cs")).CopyTo(segment, 0);
        Some.WriteFile(directory, "00000001.seg", segment);
        using var log = Some.Open(directory, Some.Options with { Workers = new Model.ManualWorkers() });
        Assert.Equal(["hello"u8.ToArray()], Some.Content(log));
    }

    [Theory]
    [InlineData(0, 24)]
    [InlineData(4, 24)]
    [InlineData(5, 32)]
    [InlineData(100, 120)]
    public void FramesEndAtAMultipleOfEight(int payload, long bytes) => Assert.Equal(bytes, SpoolFormat.FrameBytes(payload));

    /// <summary>The hex digits of the last code block of a format's description.</summary>
    private static string ExampleOf(string file, [CallerFilePath] string here = "")
    {
        var root = Path.GetFullPath(Path.Combine(Path.GetDirectoryName(here)!, "..", ".."));
        var lines = File.ReadAllLines(Path.Combine(root, file));
        var end = Array.FindLastIndex(lines, l => l.Contains("/// </code>", StringComparison.Ordinal));
        var start = Array.FindLastIndex(lines, end, l => l.Contains("/// <code>", StringComparison.Ordinal));
        return string.Concat(lines[(start + 1)..end]).Replace("///", "", StringComparison.Ordinal)
            .Replace(" ", "", StringComparison.Ordinal);
    }
}
