using System.Runtime.CompilerServices;
using System.Text;
using Telemetry.Bus.SegmentLog;
using Telemetry.Wire;

namespace Telemetry.Bus.Tests;

public class BusEntryFormatTests
{
    [Fact]
    public void ExampleInTheFormatsFileIsReadAndWritten()
    {
        var entry = Convert.FromHexString(Example());
        Assert.True(BusEntryFormat.TryRead(entry, new BusEntryStrings(), out var stamp, out var body));
        var lifetime = LifetimeId.Read(Convert.FromHexString("000102030405060708090a0b0c0d0e0f"));
        Assert.Equal(new BusStamp(lifetime, "i-1", "", "::1", 1_767_323_045_000_000), stamp);
        Assert.Equal("body"u8.ToArray(), body.ToArray());
        Assert.Equal(entry, Write(stamp, "body"));
    }

    [Fact]
    public void EntryCutAnywhereInItsStampIsRefused()
    {
        var entry = Write(Some.Stamp(), "");
        for (var length = 0; length < entry.Length; length++)
        {
            Assert.False(BusEntryFormat.TryRead(entry.AsMemory(0, length), new BusEntryStrings(), out _, out _), $"{length}");
        }
    }

    [Fact]
    public void LongStringsAreCutAtACharacter()
    {
        var stamp = new BusStamp(Some.Lifetime, new string('i', 5000), new string('é', 5000), "x" + new string('€', 5000), 1);
        Assert.True(BusEntryFormat.TryRead(Write(stamp, "b"), new BusEntryStrings(), out var read, out var body));
        Assert.Equal(new string('i', 1024), read.InstanceId);
        Assert.Equal(new string('é', 128), read.Tenant);
        Assert.Equal("x" + new string('€', 85), read.Source);
        Assert.Equal(1, body.Length);
    }

    [Fact]
    public void RandomBytesDoNotThrow()
    {
        var random = new Random(11);
        for (var i = 0; i < 20_000; i++)
        {
            var bytes = new byte[random.Next(100)];
            random.NextBytes(bytes);
            if (bytes.Length > 0)
            {
                bytes[0] = BusEntryFormat.Version;
            }

            _ = BusEntryFormat.TryRead(bytes, new BusEntryStrings(), out _, out _);
        }
    }

    private static byte[] Write(BusStamp stamp, string body)
    {
        var bytes = new byte[BusEntryFormat.MaxStampBytes];
        var count = BusEntryFormat.WriteStamp(bytes, stamp, stamp.BusUnixUs);
        return [.. bytes[..count], .. Encoding.ASCII.GetBytes(body)];
    }

    private static string Example([CallerFilePath] string here = "")
    {
        var root = Path.GetFullPath(Path.Combine(Path.GetDirectoryName(here)!, "..", ".."));
        var lines = File.ReadAllLines(Path.Combine(root, "ingest/Telemetry.Bus/SegmentLog/BusEntryFormat.cs"));
        var end = Array.FindLastIndex(lines, l => l.Contains("/// </code>", StringComparison.Ordinal));
        return lines[end - 1].Replace("///", "", StringComparison.Ordinal).Replace(" ", "", StringComparison.Ordinal);
    }
}
