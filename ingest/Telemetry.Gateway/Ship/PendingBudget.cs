namespace Telemetry.Gateway.Ship;

/// <summary>
/// Bytes of one lane that are with the bus and not yet durable, over all calls. Who finds it used up waits in turn, and does
/// not read its client meanwhile. Safe for concurrent use.
/// </summary>
internal sealed class PendingBudget(long maxBytes)
{
    private readonly Lock _gate = new();
    private readonly Queue<Waiter> _waiters = new();
    private long _used;

    /// <summary>Bytes reserved now.</summary>
    public long Used
    {
        get
        {
            lock (_gate)
            {
                return _used;
            }
        }
    }

    /// <summary>Reserves; what is larger than the whole budget passes when nothing else is pending.</summary>
    public async ValueTask ReserveAsync(long bytes, CancellationToken cancel)
    {
        Waiter waiter;
        lock (_gate)
        {
            if (_waiters.Count == 0 && Fits(bytes))
            {
                _used += bytes;
                return;
            }

            waiter = new(bytes, new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously));
            _waiters.Enqueue(waiter);
        }

        await using var registration = cancel.UnsafeRegister(
            static (state, token) => ((TaskCompletionSource)state!).TrySetCanceled(token), waiter.Granted);
        try
        {
            await waiter.Granted.Task;
        }
        catch (OperationCanceledException)
        {
            // Who was first in the queue may have kept others waiting that fit.
            Release(0);
            throw;
        }
    }

    /// <summary>Gives back.</summary>
    public void Release(long bytes)
    {
        lock (_gate)
        {
            _used -= bytes;
            while (_waiters.TryPeek(out var waiter) && (waiter.Granted.Task.IsCompleted || Fits(waiter.Bytes)))
            {
                _waiters.Dequeue();
                if (waiter.Granted.TrySetResult())
                {
                    _used += waiter.Bytes;
                }
            }
        }
    }

    private bool Fits(long bytes) => _used == 0 || _used + bytes <= maxBytes;

    private readonly record struct Waiter(long Bytes, TaskCompletionSource Granted);
}
