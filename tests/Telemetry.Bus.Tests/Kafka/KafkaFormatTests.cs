using Confluent.Kafka;
using Telemetry.Bus.Kafka;
using Telemetry.Bus.SegmentLog;
using Telemetry.Wire;

namespace Telemetry.Bus.Tests.Kafka;

public sealed class KafkaFormatTests
{
    [Fact]
    public void HeadersOfABatchAreAsDocumented()
    {
        var headers = EntryHeaders.OfEntry(Lane.Bulk, new BusStamp(default, "i-1", "", "::1", 0));
        Assert.Equal(
            ["v 01", "l 02", "i 692D31", "t ", "s 3A3A31"],
            headers.Select(h => $"{h.Key} {Convert.ToHexString(h.GetValueBytes())}"));
    }

    [Fact]
    public void StampIsReadBackAndLongNamesAreCutAtACharacter()
    {
        var stamp = new BusStamp(SomeKafka.Lifetime(3), new string('é', 1000), "tenant", new string('x', 300), 5_000);
        var message = new Message<byte[], byte[]>
        {
            Key = stamp.Lifetime.ToByteArray(), Value = [1], Headers = EntryHeaders.OfEntry(Lane.Bulk, stamp), Timestamp = new Timestamp(5, TimestampType.LogAppendTime),
        };
        Assert.Equal(MessageKind.Entry, EntryHeaders.Read(message, Lane.Bulk, new BusEntryStrings(), out var read));
        Assert.Equal(stamp with { InstanceId = new string('é', 512), Source = new string('x', 256) }, read);
        Assert.Equal(MessageKind.Foreign, EntryHeaders.Read(message, Lane.Critical, new BusEntryStrings(), out _));
    }

    [Fact]
    public void RouteIsAsDocumentedAndOthersAreNone()
    {
        Assert.Equal("0102000000", Convert.ToHexString(RouteFormat.Write(2)));
        Assert.True(RouteFormat.TryRead(SomeKafka.Lifetime(1).ToByteArray(), RouteFormat.Write(7), out var lifetime, out var generation));
        Assert.Equal((SomeKafka.Lifetime(1), 7), (lifetime, generation));
        Assert.False(RouteFormat.TryRead(null, RouteFormat.Write(1), out _, out _));
        Assert.False(RouteFormat.TryRead(new byte[16], null, out _, out _));
        Assert.False(RouteFormat.TryRead(new byte[15], RouteFormat.Write(1), out _, out _));
        Assert.False(RouteFormat.TryRead(new byte[16], RouteFormat.Write(0), out _, out _));
        Assert.False(RouteFormat.TryRead(new byte[16], [2, 1, 0, 0, 0], out _, out _));
    }

    [Fact]
    public void PartitionOfALifetimeIsAsDocumented()
    {
        Assert.True(LifetimeId.TryParse("0000000000000007ffffffffffffffff", out var lifetime));
        Assert.Equal(3, LifetimePartition.Of(lifetime, 4));
        Assert.True(LifetimeId.TryParse("ffffffffffffffff0000000000000000", out lifetime));
        Assert.Equal(15, LifetimePartition.Of(lifetime, 16));
    }

    [Fact]
    public void DeadLetterIsReadBack()
    {
        var letter = new DeadLetter(new BusPartition(Lane.Critical, 2, 3), new BusPosition(44), 5,
            new BusStamp(SomeKafka.Lifetime(1), "i-1", "t", "s", 6), "doc/with-slash", "It was refused.", new byte[] { 1, 2 });
        var message = DeadLetterFormat.Write(letter);
        message.Timestamp = new Timestamp(1000, TimestampType.LogAppendTime);
        Assert.True(DeadLetterFormat.TryRead(message, out var kept));
        Assert.Equal(("critical-g2-3/44/5/doc/with-slash", 2L), (kept.Id, kept.Size));
        Assert.Equal(letter with { Bytes = default }, kept.Letter with { Bytes = default });
        Assert.Equal([1, 2], kept.Letter.Bytes.ToArray());
        Assert.True(DeadLetterFormat.TryRead(Stamped(DeadLetterFormat.Write(letter with { Record = null, DocumentId = "" })), out kept));
        Assert.Null(kept.Letter.Record);
        message.Headers.Remove("size");
        Assert.False(DeadLetterFormat.TryRead(message, out _));
    }

    private static Message<byte[], byte[]> Stamped(Message<byte[], byte[]> message)
    {
        message.Timestamp = new Timestamp(1000, TimestampType.LogAppendTime);
        return message;
    }
}
