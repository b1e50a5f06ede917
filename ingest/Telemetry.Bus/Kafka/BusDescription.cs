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
