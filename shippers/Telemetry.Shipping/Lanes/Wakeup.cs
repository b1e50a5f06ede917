namespace Telemetry.Shipping.Lanes;

/// <summary>Wakes the one loop that waits for it; wake-ups that come before it waits are one.</summary>
internal sealed class Wakeup : IDisposable
{
    private readonly SemaphoreSlim _signal = new(0, 1);

    public void Set()
    {
        lock (_signal)
        {
            if (_signal.CurrentCount == 0)
            {
                _signal.Release();
            }
        }
    }

    /// <summary>True when woken, false after the time.</summary>
    public Task<bool> WaitAsync(TimeSpan atMost, CancellationToken cancel) => _signal.WaitAsync(atMost, cancel);

    /// <summary>The same on a thread of its own.</summary>
    public bool Wait(TimeSpan atMost, CancellationToken cancel) => _signal.Wait(atMost, cancel);

    public void Dispose() => _signal.Dispose();
}
