using Confluent.Kafka;
using Telemetry.Bus.SegmentLog;
using Telemetry.Wire;

namespace Telemetry.Bus.Kafka;

/// <summary>
/// Counts the batches between two offsets of partitions, without the ticks between them. At most 8 MiB of a partition are read, and
/// nothing for longer than the brokers give something: what is left is counted as if it were all batches. Safe for concurrent use.
/// </summary>
internal sealed class UnreadEntries(KafkaClients clients, TimeProvider time)
{
    private const long MaxBytes = 8 << 20;
    private static readonly TimeSpan _poll = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan _patience = TimeSpan.FromSeconds(5);

    /// <summary>Counts in all partitions at once.</summary>
    public Task<IReadOnlyDictionary<TopicPartition, long>> CountAsync(
        Lane lane, IEnumerable<(TopicPartition Topic, long From, long End)> unread, CancellationToken cancel)
    {
        var counts = unread.ToDictionary(u => u.Topic, u => new Count(u.From, u.End));
        return Task.Run<IReadOnlyDictionary<TopicPartition, long>>(
            () =>
            {
                Read(lane, counts, cancel);
                return counts.ToDictionary(c => c.Key, c => c.Value.Entries + c.Value.Left);
            },
            cancel);
    }

    private void Read(Lane lane, Dictionary<TopicPartition, Count> counts, CancellationToken cancel)
    {
        var open = counts.Where(c => c.Value.Left > 0).Select(c => c.Key).ToHashSet();
        if (open.Count == 0)
        {
            return;
        }

        using var consumer = new ConsumerBuilder<byte[], byte[]>(clients.Reader())
            .SetLogHandler(static (_, _) => { }).SetErrorHandler(static (_, _) => { }).Build();
        consumer.Assign(open.Select(topic => new TopicPartitionOffset(topic, counts[topic].Next)));
        var strings = new BusEntryStrings();
        var movedAt = time.GetTimestamp();
        while (open.Count > 0 && time.GetElapsedTime(movedAt) < _patience)
        {
            cancel.ThrowIfCancellationRequested();
            if (TryConsume(consumer, open) is not { } result || !open.Contains(result.TopicPartition))
            {
                continue;
            }

            movedAt = time.GetTimestamp();
            counts[result.TopicPartition].Take(result, lane, strings);
            if (counts[result.TopicPartition].IsDone)
            {
                open.Remove(result.TopicPartition);
                consumer.IncrementalUnassign([result.TopicPartition]);
            }
        }
    }

    private static ConsumeResult<byte[], byte[]>? TryConsume(IConsumer<byte[], byte[]> consumer, HashSet<TopicPartition> open)
    {
        try
        {
            return consumer.Consume(_poll);
        }
        catch (ConsumeException e)
        {
            // Retention has overtaken this one meanwhile, or its leader is away.
            open.Remove(e.ConsumerRecord.TopicPartition);
            return null;
        }
    }

    private sealed class Count(long from, long end)
    {
        private long _bytes;

        public long Entries { get; private set; }

        public long Next { get; private set; } = from;

        public long Left => Math.Max(0, end - Next);

        public bool IsDone => Left == 0 || _bytes >= MaxBytes;

        public void Take(ConsumeResult<byte[], byte[]> result, Lane lane, BusEntryStrings strings)
        {
            Next = result.IsPartitionEOF ? result.Offset.Value : result.Offset.Value + 1;
            if (!result.IsPartitionEOF && result.Offset.Value < end)
            {
                _bytes += result.Message.Value?.Length ?? 0;
                Entries += EntryHeaders.Read(result.Message, lane, strings, out _) == MessageKind.Entry ? 1 : 0;
            }
        }
    }
}
