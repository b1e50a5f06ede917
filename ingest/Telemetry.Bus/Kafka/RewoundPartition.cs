namespace Telemetry.Bus.Kafka;

/// <summary>A partition that was rewound.</summary>
/// <param name="Partition">The partition.</param>
/// <param name="From">Offset committed before; null when none was.</param>
/// <param name="To">Offset committed now.</param>
public sealed record RewoundPartition(BusPartition Partition, long? From, long To);
