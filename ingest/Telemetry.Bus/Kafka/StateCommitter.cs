using System.Collections.Concurrent;
using Confluent.Kafka;
using Telemetry.Bus.SegmentLog;
using Telemetry.Wire;

namespace Telemetry.Bus.Kafka;

/// <summary>
/// Commits state, dead letters and offsets of a member's partitions, on a thread of its own. One that does not return from the client
/// library is abandoned, what it had in hand fails, and another goes on under the same transactional id, which fences it.
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
    /// <summary>Calls have timeouts of 5 s.</summary>
    private static readonly TimeSpan _stuckAfter = TimeSpan.FromSeconds(15);

    private static readonly TimeSpan _lookEvery = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan _endWithin = TimeSpan.FromSeconds(5);

    /// <summary>Each keeps its thread and its producer for ever; that many stuck at a time say that another would be as well.</summary>
    private const int MaxAbandoned = 4;

    private readonly Lock _gate = new();
    private readonly CommitContext _context;
    private readonly Func<IProducer<byte[], byte[]>> _newProducer;
    private readonly BlockingCollection<PendingCommit> _queue = [];
    private readonly CancellationTokenSource _stopping = new();
    private readonly List<CommitThread> _abandoned = [];
    private readonly ITimer _watch;
    private volatile CommitThread _current;
    private bool _hasGivenUp;

    /// <param name="lane">The lane.</param>
    /// <param name="names">Names of the topics.</param>
    /// <param name="newProducer">A transactional producer of this member, not initialized.</param>
    /// <param name="member">Proof of the membership; null while there is none.</param>
    /// <param name="metrics">Told how commits end.</param>
    /// <param name="time">Clock of budgets.</param>
    /// <param name="onProblem">Told what is wrong, one sentence; any thread.</param>
    public StateCommitter(Lane lane, TopicNames names, Func<IProducer<byte[], byte[]>> newProducer, Func<IConsumerGroupMetadata?> member,
        KafkaBusMetrics metrics, TimeProvider time, Action<string> onProblem)
    {
        _context = new CommitContext(lane, names, member, metrics, time, onProblem, _stopping.Token);
        _newProducer = newProducer;
        _current = new CommitThread(_context, _queue, newProducer, isSuccessor: false);
        _watch = time.CreateTimer(_ => Look(), null, _lookEvery, _lookEvery);
    }

    /// <summary>That the last client that may be tried stands still; empty otherwise. Any thread.</summary>
    public string Problem => _current.CallAge < _stuckAfter
        ? ""
        : $"The {LaneNames.Of(_context.Lane)} lane cannot commit: the Kafka client does not return from its calls. Restart the indexer.";

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
            _context.Fence(pending);
        }

        // A commit that is under way goes on; who no longer waits for it does not know how it ended.
        return pending.Task.WaitAsync(cancel);
    }

    public async ValueTask DisposeAsync()
    {
        _queue.CompleteAdding();
        await _stopping.CancelAsync();
        await _watch.DisposeAsync();
        if (!await Task.Run(() => _current.Join(_endWithin)))
        {
            // What it uses stays as long as it does; the process may end.
            _current.Abandon("this process ends");
            return;
        }

        _queue.Dispose();
        _stopping.Dispose();
    }

    private void Look()
    {
        lock (_gate)
        {
            if (_current.CallAge < _stuckAfter || _stopping.IsCancellationRequested)
            {
                return;
            }

            _abandoned.RemoveAll(thread => !thread.IsAlive);
            if (_abandoned.Count < MaxAbandoned)
            {
                var stuck = _current;
                _abandoned.Add(stuck);
                _current = new CommitThread(_context, _queue, _newProducer, isSuccessor: true);
                stuck.Abandon("the Kafka client does not return from a call and is replaced");
            }
            else if (!_hasGivenUp)
            {
                _hasGivenUp = true;
                _context.OnProblem(Problem);
            }
        }
    }
}
