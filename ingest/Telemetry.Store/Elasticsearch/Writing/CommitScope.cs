namespace Telemetry.Store.Elasticsearch.Writing;

/// <summary>
/// What one writer wrote between two commits. Done when it is closed and each of its documents is stored or refused. The writer adds,
/// senders settle; thread-safe.
/// </summary>
internal sealed class CommitScope
{
    private readonly TaskCompletionSource _done = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly List<RefusedDocument> _refused = [];

    // One more than documents while it is open.
    private int _unsettled = 1;
    private volatile IOException? _fault;
    private volatile bool _isAbandoned;

    /// <summary>Bytes added; the writer's.</summary>
    public long Bytes { get; set; }

    /// <summary>Why it will never be done.</summary>
    public IOException? Fault => _fault;

    /// <summary>True when nobody waits for it any more: what is not sent yet need not be.</summary>
    public bool IsAbandoned => _isAbandoned;

    /// <summary>Completes when all is settled; fails with the fault.</summary>
    public Task Done => _done.Task;

    public void Add() => Interlocked.Increment(ref _unsettled);

    public void Settle(int documents)
    {
        if (Interlocked.Add(ref _unsettled, -documents) == 0)
        {
            _done.TrySetResult();
        }
    }

    public void Close() => Settle(1);

    public void Refuse(RefusedDocument document)
    {
        lock (_refused)
        {
            _refused.Add(document);
        }
    }

    /// <summary>Those refused; complete once it is done.</summary>
    public IReadOnlyList<RefusedDocument> Refused()
    {
        lock (_refused)
        {
            return _refused.Count == 0 ? [] : [.. _refused];
        }
    }

    public void Fail(IOException fault)
    {
        _fault ??= fault;
        _isAbandoned = true;
        if (_done.TrySetException(fault))
        {
            // Nobody may be waiting; the writer looks at the fault by itself.
            _ = _done.Task.Exception;
        }
    }

    public void Abandon() => _isAbandoned = true;
}
