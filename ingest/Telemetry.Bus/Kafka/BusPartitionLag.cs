namespace Telemetry.Bus.Kafka;

/// <summary>A partition and how far it is committed. Offsets count ticks as well as batches.</summary>
/// <param name="Partition">The partition.</param>
/// <param name="Start">Oldest offset.</param>
/// <param name="End">Next offset.</param>
/// <param name="Committed">Offset that the group has committed; null when none was.</param>
public sealed record BusPartitionLag(BusPartition Partition, long Start, long End, long? Committed)
{
    /// <summary>Messages that are not committed.</summary>
    public long Lag => End - Math.Max(Start, Committed ?? Start);

    /// <summary>Messages that retention has deleted before they were committed.</summary>
    public long Overtaken => Math.Max(0, Start - (Committed ?? Start));
}
