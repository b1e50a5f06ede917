using Telemetry.Wire;

namespace Telemetry.Bus.Kafka;

/// <summary>
/// In which partition of its generation a lifetime is: the upper 64 bits of its id, which is a SHA-256, modulo the number of
/// partitions. Part of the format: it may never change for a topic that exists, and no other producer has to know it.
/// <para>Example: lifetime 0000000000000007…, 4 partitions: partition 3.</para>
/// </summary>
internal static class LifetimePartition
{
    public static int Of(LifetimeId lifetime, int partitions) => (int)((ulong)(lifetime.Value >> 64) % (ulong)partitions);
}
