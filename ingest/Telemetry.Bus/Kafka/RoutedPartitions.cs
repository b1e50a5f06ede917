using Confluent.Kafka;
using Confluent.Kafka.Admin;
using Telemetry.Wire;

namespace Telemetry.Bus.Kafka;

/// <summary>
/// Partitions that can have held a batch: those of the lifetimes in the routes topic, which is written before the first batch of a
/// lifetime and kept for ever. Safe for concurrent use.
/// </summary>
internal sealed class RoutedPartitions(KafkaTopics topics, KafkaClients clients, StateOffsets offsets, TimeProvider time)
{
    /// <summary>Reads all routes. Throws <see cref="IOException"/>.</summary>
    public async Task<IReadOnlySet<BusPartition>> FindAsync(Lane lane, CancellationToken cancel)
    {
        var generations = await topics.ReadGenerationsAsync(cancel);
        var log = new TopicPartition(topics.Names.Routes, 0);
        var start = await offsets.FindAsync(log, OffsetSpec.Earliest(), IsolationLevel.ReadUncommitted, cancel);
        var end = await offsets.FindAsync(log, OffsetSpec.Latest(), IsolationLevel.ReadUncommitted, cancel);
        var routed = new HashSet<BusPartition>();
        if (start > 0)
        {
            // Somebody deleted routes: any partition may have been on one.
            for (var generation = 1; generation <= generations.Newest; generation++)
            {
                routed.UnionWith(Enumerable.Range(0, generations.Partitions(lane, generation)).Select(n => new BusPartition(lane, generation, n)));
            }

            return routed;
        }

        await using var scan = new LogScan(clients, time);
        await scan.ReadAsync(log, start, end, Take, cancel);
        return routed;

        void Take(ConsumeResult<byte[], byte[]> result)
        {
            if (RouteFormat.TryRead(result.Message.Key, result.Message.Value, out var lifetime, out var generation)
                && generations.Partitions(lane, generation) is var partitions and > 0)
            {
                routed.Add(new BusPartition(lane, generation, LifetimePartition.Of(lifetime, partitions)));
            }
        }
    }
}
