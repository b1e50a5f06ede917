using Telemetry.Bus.SegmentLog;
using Telemetry.Wire;

namespace Telemetry.Bus.Tests;

public class BusEntryFormatTests
{
    private const string Example = "0100000000000000000000000000000001020000000000000001690001 7341424344";

    [Fact]
    public void TheExampleOfTheDocumentationIsWritten()
    {
        var stamp = new BusStamp(new LifetimeId(1), "i", "", "s", 2);
        var head = new byte[BusEntryFormat.MaxStampBytes];
        var size = BusEntryFormat.WriteStamp(head, stamp);
        var entry = Convert.ToHexString([.. head.AsSpan(0, size), .. "ABCD"u8]);
        Assert.Equal(Example.Replace(" ", "", StringComparison.Ordinal), entry);
    }

    [Fact]
    public void TheExampleIsRead()
    {
        var entry = Convert.FromHexString(Example.Replace(" ", "", StringComparison.Ordinal));
        Assert.True(BusEntryFormat.TryRead(entry, out var stamp, out var body));
        Assert.Equal(new BusStamp(new LifetimeId(1), "i", "", "s", 2), stamp);
        Assert.Equal("ABCD"u8.ToArray(), body.ToArray());
    }

    [Fact]
    public void LongNamesAreCutBetweenCharacters()
    {
        var head = new byte[BusEntryFormat.MaxStampBytes];
        var size = BusEntryFormat.WriteStamp(head, Some.Stamp() with { InstanceId = new string('é', 300) });
        Assert.True(BusEntryFormat.TryRead(head.AsMemory(0, size), out var stamp, out _));
        Assert.Equal(new string('é', 127), stamp.InstanceId);
    }

    [Fact]
    public void EveryTruncationIsReadOrRefusedWithoutAnException()
    {
        var entry = Convert.FromHexString(Example.Replace(" ", "", StringComparison.Ordinal));
        for (var length = 0; length < entry.Length; length++)
        {
            BusEntryFormat.TryRead(entry.AsMemory(0, length), out _, out _);
        }
    }
}
