namespace Telemetry.Indexer.Loops;

/// <summary>Something that a partition's loop is asked to do with its session, once. Safe for concurrent use.</summary>
internal sealed class Errand(Func<PartitionSession, ValueTask> work, CancellationToken cancel)
{
    private readonly TaskCompletionSource _done = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _begun;

    /// <summary>Ends as the work does.</summary>
    public Task Done => _done.Task;

    /// <summary>Only as long as nobody has begun it.</summary>
    public void Cancel()
    {
        if (Interlocked.Exchange(ref _begun, 1) == 0)
        {
            _done.TrySetCanceled(cancel);
        }
    }

    /// <summary>Throws what the work throws: what it left of the session is for the caller to judge.</summary>
    public async ValueTask RunAsync(PartitionSession session)
    {
        if (Interlocked.Exchange(ref _begun, 1) != 0)
        {
            return;
        }

        try
        {
            await work(session);
            _done.TrySetResult();
        }
        catch (Exception e)
        {
            _done.TrySetException(e);
            throw;
        }
    }
}
