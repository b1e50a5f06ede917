using System.Collections.Concurrent;
using Confluent.Kafka;
using Telemetry.Bus.SegmentLog;
using Telemetry.Wire;

namespace Telemetry.Bus.Kafka;

/// <summary>
/// Commits state, dead letters and offsets of a member's partitions, on a thread of its own: what is ready at the same time
/// shares a transaction. One transactional producer, replaced after any outcome that is not known.
/// <para>
/// Who is fenced: the offsets of a transaction carry the member's generation, and brokers refuse those of a former one. A
/// rebalance that leaves a partition here also makes a new generation, so a refusal alone says nothing: a commit is repeated
/// with the new generation while its lease lives, and fails with <see cref="FencedException"/> when it does not. Offsets that
/// were taken before a rebalance may become committed after it; the next owner fetches offsets only once no transaction is open
/// over them (<see cref="StateOffsets"/>), so it sees them.
/// </para>
/// </summary>
internal sealed class StateCommitter : IAsyncDisposable
{
    private const long MaxTransactionBytes = 16 << 20;
    private static readonly TimeSpan _budget = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan _pause = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan _call = TimeSpan.FromSeconds(5);

    private readonly Lane _lane;
    private readonly KafkaClients _clients;
    private readonly TopicNames _names;
    private readonly string _transactionalId;
    private readonly Func<IConsumerGroupMetadata?> _member;
    private readonly KafkaBusMetrics _metrics;
    private readonly TimeProvider _time;
    private readonly Action<string> _onProblem;
    private readonly BlockingCollection<PendingCommit> _queue = [];
    private readonly CancellationTokenSource _stopping = new();
    private readonly Thread _thread;
    private IProducer<byte[], byte[]>? _producer;

    public StateCommitter(Lane lane, KafkaClients clients, TopicNames names, string memberName, Func<IConsumerGroupMetadata?> member,
        KafkaBusMetrics metrics, TimeProvider time, Action<string> onProblem)
    {
        _lane = lane;
        _clients = clients;
        _names = names;
        _transactionalId = $"{clients.Options.Prefix}-{clients.Group(lane)}-{memberName}";
        _member = member;
        _metrics = metrics;
        _time = time;
        _onProblem = onProblem;
        _thread = new Thread(Run) { IsBackground = true, Name = $"kafka-{LaneNames.Of(lane)}-state" };
        _thread.Start();
    }

    public Task CommitAsync(PartitionLease lease, StateCommit commit, CancellationToken cancel)
    {
        cancel.ThrowIfCancellationRequested();
        var pending = new PendingCommit(lease, commit);
        try
        {
            _queue.Add(pending, cancel);
        }
        catch (InvalidOperationException)
        {
            Fence(pending);
        }

        // A commit that is under way goes on; who no longer waits for it does not know how it ended.
        return pending.Task.WaitAsync(cancel);
    }

    public async ValueTask DisposeAsync()
    {
        _queue.CompleteAdding();
        await _stopping.CancelAsync();
        await Task.Run(_thread.Join);
        _queue.Dispose();
        _stopping.Dispose();
    }

    private void Run()
    {
        foreach (var first in _queue.GetConsumingEnumerable())
        {
            List<PendingCommit> together = [first];
            for (var bytes = first.Bytes; bytes < MaxTransactionBytes && _queue.TryTake(out var next); bytes += next.Bytes)
            {
                together.Add(next);
            }

            try
            {
                Commit(together);
            }
            catch (Exception e)
            {
                FailAll(together, e.Message);
            }
        }

        _producer?.Dispose();
    }

    private void Commit(List<PendingCommit> together)
    {
        var begun = _time.GetTimestamp();
        var reason = "the brokers did not take it in time";
        while (true)
        {
            together.RemoveAll(FenceIfEnded);
            if (together.Count == 0)
            {
                return;
            }

            if (_time.GetElapsedTime(begun) > _budget || _stopping.IsCancellationRequested)
            {
                FailAll(together, reason);
                return;
            }

            switch (TryCommit(together, begun, ref reason))
            {
                case TransactionOutcome.Committed:
                    _metrics.Committed(_lane, _time.GetElapsedTime(begun), together.Sum(c => c.Commit.DeadLetters.Count));
                    together.ForEach(c => c.TrySetResult());
                    return;
                case TransactionOutcome.Unknown:
                    FailAll(together, reason);
                    Replace();
                    return;
                default:
                    Task.Delay(_pause, _time).Wait();
                    break;
            }
        }
    }

    private TransactionOutcome TryCommit(List<PendingCommit> together, long begun, ref string reason)
    {
        if (_producer is null && !TryOpen(ref reason))
        {
            return TransactionOutcome.Aborted;
        }

        // In this order: see LaneMembership.TakeGroupMetadata.
        if (_member() is not { } member || together.Exists(c => !c.Lease.IsAlive))
        {
            reason = "this process is not a member of the group";
            return TransactionOutcome.Refused;
        }

        var transaction = new StateTransaction(_producer!, _names, _time, _budget - _time.GetElapsedTime(begun));
        var outcome = transaction.Run(together, member);
        reason = outcome == TransactionOutcome.Committed ? reason : transaction.Reason;
        return outcome;
    }

    /// <summary>
    /// Opening waits until what the former producer of this name left open is decided, and fences it.
    /// </summary>
    private bool TryOpen(ref string reason)
    {
        var producer = new ProducerBuilder<byte[], byte[]>(_clients.Transactional(_transactionalId))
            .SetLogHandler(static (_, _) => { }).SetErrorHandler(static (_, _) => { }).Build();
        try
        {
            producer.InitTransactions(_call);
            _producer = producer;
            return true;
        }
        catch (KafkaException e)
        {
            reason = e.Error.Reason;
            producer.Dispose();
            return false;
        }
    }

    /// <summary>At once, so that what is open is decided before anybody asks for the offsets under it.</summary>
    private void Replace()
    {
        _producer?.Dispose();
        _producer = null;
        var reason = "";
        if (!_stopping.IsCancellationRequested && !TryOpen(ref reason))
        {
            _onProblem($"The {LaneNames.Of(_lane)} lane cannot commit: {reason}.");
        }
    }

    private bool FenceIfEnded(PendingCommit pending)
    {
        if (pending.Lease.IsAlive)
        {
            return false;
        }

        Fence(pending);
        return true;
    }

    private void Fence(PendingCommit pending)
    {
        _metrics.Fenced(_lane);
        pending.TrySetException(new FencedException($"Partition {pending.Lease.Partition} is another member's: nothing was committed."));
    }

    private void FailAll(List<PendingCommit> together, string reason)
    {
        _metrics.CommitFailed(_lane);
        _onProblem($"The {LaneNames.Of(_lane)} lane could not commit: {reason}.");
        foreach (var pending in together)
        {
            pending.TrySetException(new IOException($"It is not known whether {pending.Lease.Partition} was committed: {reason}."));
        }
    }
}
