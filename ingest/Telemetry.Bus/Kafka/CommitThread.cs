using System.Collections.Concurrent;
using Confluent.Kafka;
using Telemetry.Bus.SegmentLog;
using Telemetry.Wire;

namespace Telemetry.Bus.Kafka;

/// <summary>
/// The thread that takes commits from a queue and runs them in transactions, with a producer of its own, which it replaces after any
/// outcome that is not known. What is ready at the same time shares a transaction. May be abandoned in a call that does not return: then it
/// answers to nobody, and ends, should it return.
/// </summary>
internal sealed class CommitThread
{
    private const long MaxTransactionBytes = 16 << 20;
    private static readonly TimeSpan _budget = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan _pause = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan _call = TimeSpan.FromSeconds(5);

    private readonly CommitContext _context;
    private readonly BlockingCollection<PendingCommit> _queue;
    private readonly CallWatch _watch;
    private readonly Func<IProducer<byte[], byte[]>> _newProducer;
    private readonly bool _isSuccessor;
    private readonly Thread _thread;
    private IProducer<byte[], byte[]>? _producer;
    private volatile PendingCommit[] _underWay = [];
    private volatile bool _isAbandoned;

    /// <param name="context">What it works with.</param>
    /// <param name="queue">Where commits come from.</param>
    /// <param name="newProducer">A transactional producer, not initialized.</param>
    /// <param name="isSuccessor">Another was abandoned before: what it left open is decided first.</param>
    public CommitThread(
        CommitContext context, BlockingCollection<PendingCommit> queue, Func<IProducer<byte[], byte[]>> newProducer, bool isSuccessor)
    {
        (_context, _queue, _newProducer, _isSuccessor) = (context, queue, newProducer, isSuccessor);
        _watch = new CallWatch(context.Time);
        _thread = new Thread(Run) { IsBackground = true, Name = $"kafka-{LaneNames.Of(context.Lane)}-state" };
        _thread.Start();
    }

    /// <summary>For how long the call under way has lasted.</summary>
    public TimeSpan CallAge => _watch.Age;

    /// <summary>False once it has ended.</summary>
    public bool IsAlive => _thread.IsAlive;

    /// <summary>Waits for its end; false after the time.</summary>
    public bool Join(TimeSpan atMost) => _thread.Join(atMost);

    /// <summary>Fails what is under way. What comes after is its successor's.</summary>
    public void Abandon(string reason)
    {
        _isAbandoned = true;
        FailAll(_underWay, reason);
    }

    private void Run()
    {
        if (_isSuccessor)
        {
            Replace();
        }

        while (!_isAbandoned && TryTake(out var together))
        {
            _underWay = [.. together];
            try
            {
                Commit(together);
            }
            catch (Exception e)
            {
                FailAll(together, e.Message);
            }

            _underWay = [];
        }

        Close();
    }

    private bool TryTake(out List<PendingCommit> together)
    {
        together = [];
        if (!_queue.TryTake(out var first, Timeout.Infinite))
        {
            return false;
        }

        together.Add(first);
        for (var bytes = first.Bytes; bytes < MaxTransactionBytes && _queue.TryTake(out var next); bytes += next.Bytes)
        {
            together.Add(next);
        }

        return true;
    }

    private void Commit(List<PendingCommit> together)
    {
        var begun = _context.Time.GetTimestamp();
        var reason = "the brokers did not take it in time";
        while (!_isAbandoned)
        {
            together.RemoveAll(FenceIfEnded);
            if (together.Count == 0)
            {
                return;
            }

            if (_context.Time.GetElapsedTime(begun) > _budget || _context.Stopping.IsCancellationRequested)
            {
                FailAll(together, reason);
                return;
            }

            var outcome = TryCommit(together, begun, ref reason);
            switch (outcome)
            {
                case var _ when _isAbandoned:
                    return;
                case TransactionOutcome.Committed:
                    _context.Committed(_context.Time.GetElapsedTime(begun), together);
                    return;
                case TransactionOutcome.Unknown:
                    FailAll(together, reason);
                    Replace();
                    return;
                default:
                    Task.Delay(_pause, _context.Time).Wait();
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
        if (_context.Member() is not { } member || together.Exists(c => !c.Lease.IsAlive))
        {
            reason = "this process is not a member of the group";
            return TransactionOutcome.Refused;
        }

        var transaction = new StateTransaction(
            _producer!, _watch, _context.Names, _context.Time, _budget - _context.Time.GetElapsedTime(begun));
        var outcome = transaction.Run(together, member);
        reason = outcome == TransactionOutcome.Committed ? reason : transaction.Reason;
        return outcome;
    }

    /// <summary>
    /// Opening waits until what the former producer of this name left open is decided, and fences it.
    /// </summary>
    private bool TryOpen(ref string reason)
    {
        var producer = _newProducer();
        try
        {
            _watch.Run(() => producer.InitTransactions(_call));
            _producer = producer;
            return true;
        }
        catch (KafkaException e)
        {
            reason = e.Error.Reason;
            _watch.Run(producer.Dispose);
            return false;
        }
    }

    /// <summary>At once, so that what is open is decided before anybody asks for the offsets under it.</summary>
    private void Replace()
    {
        Close();
        var reason = "";
        if (!_isAbandoned && !_context.Stopping.IsCancellationRequested && !TryOpen(ref reason))
        {
            _context.OnProblem($"The {LaneNames.Of(_context.Lane)} lane cannot commit: {reason}.");
        }
    }

    private void Close()
    {
        if (_producer is { } producer)
        {
            _producer = null;
            _watch.Run(producer.Dispose);
        }
    }

    private bool FenceIfEnded(PendingCommit pending)
    {
        if (pending.Lease.IsAlive)
        {
            return false;
        }

        _context.Fence(pending);
        return true;
    }

    private void FailAll(IReadOnlyCollection<PendingCommit> together, string reason)
    {
        // Those of an abandoned thread have failed already.
        var failed = together.Count(pending => pending.TrySetException(
            new IOException($"It is not known whether {pending.Lease.Partition} was committed: {reason}.")));
        if (failed > 0)
        {
            _context.Failed(reason);
        }
    }
}
