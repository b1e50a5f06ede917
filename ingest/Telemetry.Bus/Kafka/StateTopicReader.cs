using Confluent.Kafka;
using Confluent.Kafka.Admin;

namespace Telemetry.Bus.Kafka;

/// <summary>
/// Reads a partition of a state topic up to its end as it is when the call begins, committed or not, waiting for each transaction
/// before it to be decided. The last stable offset would not do: when a commit has returned, or its offset is seen, the mark that
/// makes the rows visible may still be on its way to this topic. An owner first waits until no transaction is open over the
/// offset either, so that whatever the former owner began is in the log by then.
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
    private readonly LogScan _scan = new(clients, time);

    public async ValueTask<long> ReadAsync(long after, Action<StateRow> apply, CancellationToken cancel)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(after);
        if (isOwner)
        {
            await offsets.CommittedAsync(partition.Lane, data, cancel);
        }

        var end = await offsets.FindAsync(log, OffsetSpec.Latest(), IsolationLevel.ReadUncommitted, cancel);
        var start = await offsets.FindAsync(log, OffsetSpec.Earliest(), IsolationLevel.ReadUncommitted, cancel);
        await ThrowIfGapAsync(after, start, end, cancel);
        after = Math.Max(after, start);
        return after >= end ? after : await _scan.ReadAsync(log, after, end, result => Apply(result, apply), cancel);
    }

    public ValueTask DisposeAsync() => _scan.DisposeAsync();

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

    private static void Apply(ConsumeResult<byte[], byte[]> result, Action<StateRow> apply)
    {
        if (result.Message.Key is { } key)
        {
            apply(new StateRow(key, result.Message.Value));
        }
    }
}
