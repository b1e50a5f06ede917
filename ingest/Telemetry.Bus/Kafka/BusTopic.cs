namespace Telemetry.Bus.Kafka;

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
