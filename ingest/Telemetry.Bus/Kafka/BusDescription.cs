using Telemetry.Wire;

namespace Telemetry.Bus.Kafka;

/// <summary>What a Kafka bus is and promises, as the brokers say now.</summary>
/// <param name="Brokers">Brokers of the cluster.</param>
/// <param name="Topics">All topics of the bus.</param>
/// <param name="Partitions">All partitions with entries, by lane, generation and number.</param>
/// <param name="Groups">Those who read a lane.</param>
/// <param name="Promise">One sentence on what an acknowledgement survives.</param>
/// <param name="Problems">A sentence for everything that does not fit the options; empty when all does.</param>
public sealed record BusDescription(
    int Brokers,
    IReadOnlyList<BusTopic> Topics,
    IReadOnlyList<BusPartitionLag> Partitions,
    IReadOnlyList<BusGroup> Groups,
    string Promise,
    IReadOnlyList<string> Problems);

/// <summary>A topic of the bus.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Partitions">How many.</param>
/// <param name="Replication">Copies of the partition that has the fewest.</param>
/// <param name="MinInSync">Copies that have a message before it is acknowledged.</param>
/// <param name="FlushesEachMessage">Whether each message is on disk before it is acknowledged.</param>
/// <param name="ElectsUnclean">Whether a copy that is behind may become the leader.</param>
/// <param name="CleanupPolicy">"delete", "compact" or both.</param>
/// <param name="RetentionMs">How long messages are kept; -1 for ever.</param>
/// <param name="RetentionBytes">Bytes kept in each partition; -1 without limit.</param>
public sealed record BusTopic(string Name, int Partitions, int Replication, int MinInSync, bool FlushesEachMessage, bool ElectsUnclean,
    string CleanupPolicy, long RetentionMs, long RetentionBytes);

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

/// <summary>A consumer group.</summary>
/// <param name="Lane">The lane it reads.</param>
/// <param name="Name">Its name.</param>
/// <param name="State">As the brokers call it, as "Stable" or "Empty".</param>
/// <param name="Members">How many.</param>
public sealed record BusGroup(Lane Lane, string Name, string State, int Members);

/// <summary>A partition that was rewound.</summary>
/// <param name="Partition">The partition.</param>
/// <param name="From">Offset committed before; null when none was.</param>
/// <param name="To">Offset committed now.</param>
public sealed record RewoundPartition(BusPartition Partition, long? From, long To);
