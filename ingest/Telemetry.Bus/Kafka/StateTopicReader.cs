using Confluent.Kafka;
using Confluent.Kafka.Admin;

namespace Telemetry.Bus.Kafka;

/// <summary>
/// Reads a partition of a state topic. For its owner that is everything a former owner may have committed: first it waits until
/// no transaction is open over the offset, and then it reads up to the end of the log as it is then, committed or not, waiting
/// for each transaction before it to be decided. The last stable offset would not do: when the offset is seen as committed, the
/// mark that makes the rows visible may still be on its way to this topic. Others read up to the last stable offset.
/// <para>
/// Compaction removes deletions some time after they were written (<c>delete.retention.ms</c>, seven days on our topics), and
/// then a file that has not heard of one never will. Positions carry no time, but the log does: when there is anything after
/// the position that is older than half of that time, or nothing as young, the reading begins anew.
/// </para>
/// Not thread-safe.
/// </summary>
internal sealed class StateTopicReader(BusPartition partition, TopicPartition data, TopicPartition log, bool isOwner,
    StateOffsets offsets, KafkaClients clients, TimeProvider time) : IStateLogReader
{
    private static readonly TimeSpan _poll = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan _patience = TimeSpan.FromSeconds(60);

    private IConsumer<byte[], byte[]>? _consumer;

    public async ValueTask<long> ReadAsync(long after, Action<StateRow> apply, CancellationToken cancel)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(after);
        if (isOwner)
        {
            await offsets.CommittedAsync(partition.Lane, data, cancel);
        }

        var isolation = isOwner ? IsolationLevel.ReadUncommitted : IsolationLevel.ReadCommitted;
        var end = await offsets.FindAsync(log, OffsetSpec.Latest(), isolation, cancel);
        var start = await offsets.FindAsync(log, OffsetSpec.Earliest(), isolation, cancel);
        await ThrowIfGapAsync(after, start, end, cancel);
        after = Math.Max(after, start);
        return after >= end ? after : await Task.Run(() => Read(after, end, apply, cancel), cancel);
    }

    public async ValueTask DisposeAsync()
    {
        if (_consumer is { } consumer)
        {
            await Task.Run(consumer.Dispose);
        }
    }

    private async Task ThrowIfGapAsync(long after, long start, long end, CancellationToken cancel)
    {
        if (after == 0 || after == end)
        {
            return;
        }

        if (after < start || after > end)
        {
            throw new StateLogGapException($"The state log of {partition} has offsets {start} to {end}, not {after}.");
        }

        var young = time.GetUtcNow() - (TopicPlan.TombstoneRetention / 2);
        var firstYoung = await offsets.FindAsync(
            log, OffsetSpec.ForTimestamp(young.ToUnixTimeMilliseconds()), IsolationLevel.ReadUncommitted, cancel);
        if (firstYoung < 0 || firstYoung > after)
        {
            throw new StateLogGapException($"What follows {after} in the state log of {partition} is too old to hold every deletion.");
        }
    }

    private long Read(long after, long end, Action<StateRow> apply, CancellationToken cancel)
    {
        var begun = time.GetTimestamp();
        _consumer ??= new ConsumerBuilder<byte[], byte[]>(clients.Reader())
            .SetLogHandler(static (_, _) => { }).SetErrorHandler(static (_, _) => { }).Build();
        try
        {
            _consumer.Assign(new TopicPartitionOffset(log, after));
            while (after < end)
            {
                cancel.ThrowIfCancellationRequested();
                if (_consumer.Consume(_poll) is { } result)
                {
                    after = Take(result, apply);
                    begun = time.GetTimestamp();
                }
                else if (time.GetElapsedTime(begun) > _patience)
                {
                    throw new IOException($"The state log of {partition} gives nothing from {after} on, and its end is {end}.");
                }
            }

            _consumer.Unassign();
            return after;
        }
        catch (KafkaException e)
        {
            throw new IOException($"The state log of {partition} cannot be read: {e.Error.Reason}.", e);
        }
    }

    private static long Take(ConsumeResult<byte[], byte[]> result, Action<StateRow> apply)
    {
        if (result.IsPartitionEOF)
        {
            return result.Offset.Value;
        }

        if (result.Message.Key is { } key)
        {
            apply(new StateRow(key, result.Message.Value));
        }

        return result.Offset.Value + 1;
    }
}
