namespace Telemetry.Bus.Kafka;

/// <summary>A partition and how far it is committed. Offsets count ticks as well as batches.</summary>
/// <param name="Partition">The partition.</param>
/// <param name="Start">Oldest offset.</param>
/// <param name="End">Next offset.</param>
/// <param name="Committed">Offset that the group has committed; null when none was.</param>
/// <param name="Lag">Batches that are not committed; of more than 8 MiB the rest is counted with its ticks.</param>
/// <param name="Overtaken">
/// Messages that retention has deleted before they were committed; 0 when no lifetime ever had this partition, as all were ticks.
/// </param>
public sealed record BusPartitionLag(BusPartition Partition, long Start, long End, long? Committed, long Lag, long Overtaken);
