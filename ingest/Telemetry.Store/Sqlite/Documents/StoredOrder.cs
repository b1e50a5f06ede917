using Telemetry.Wire;

namespace Telemetry.Store.Sqlite.Documents;

/// <summary>
/// Where a document stands among all: by time, then by the record's identity, then by place, so that pages neither repeat nor
/// skip one. "Greater" is newer.
/// </summary>
internal readonly record struct StoredOrder(
    long TimestampUnixUs, LifetimeId Lifetime, StreamId Stream, Epoch Epoch, ulong Seq, long MintedUnixUs, long Partition, long Number)
    : IComparable<StoredOrder>
{
    public RecordId Record => new(Lifetime, Stream, Epoch, Seq);

    public int CompareTo(StoredOrder other)
    {
        var order = TimestampUnixUs.CompareTo(other.TimestampUnixUs);
        order = order != 0 ? order : Lifetime.CompareTo(other.Lifetime);
        order = order != 0 ? order : Stream.CompareTo(other.Stream);
        order = order != 0 ? order : Epoch.CompareTo(other.Epoch);
        order = order != 0 ? order : Seq.CompareTo(other.Seq);
        order = order != 0 ? order : MintedUnixUs.CompareTo(other.MintedUnixUs);
        order = order != 0 ? order : Partition.CompareTo(other.Partition);
        return order != 0 ? order : Number.CompareTo(other.Number);
    }
}
