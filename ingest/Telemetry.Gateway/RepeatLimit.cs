namespace Telemetry.Gateway;

/// <summary>Lets one repeat of a log message through in 10 s and counts the others. Safe for concurrent use.</summary>
internal sealed class RepeatLimit(TimeProvider time)
{
    private static readonly TimeSpan _interval = TimeSpan.FromSeconds(10);

    private readonly Lock _gate = new();
    private long? _lastAt;
    private long _suppressed;

    /// <summary>True when the message may be logged; <paramref name="suppressed"/> is how many were not since the last.</summary>
    public bool TryPass(out long suppressed)
    {
        lock (_gate)
        {
            suppressed = _suppressed;
            if (_lastAt is { } last && time.GetElapsedTime(last) < _interval)
            {
                _suppressed++;
                return false;
            }

            _lastAt = time.GetTimestamp();
            _suppressed = 0;
            return true;
        }
    }
}
