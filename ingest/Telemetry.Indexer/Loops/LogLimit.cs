namespace Telemetry.Indexer.Loops;

/// <summary>Lets one message through in 10 s and counts the rest. Not thread-safe.</summary>
internal sealed class LogLimit(TimeProvider time)
{
    private static readonly TimeSpan Every = TimeSpan.FromSeconds(10);

    private long? _last;
    private long _suppressed;

    /// <summary>True when the message may be logged, with the number of those that were not.</summary>
    public bool Allows(out long suppressed)
    {
        suppressed = _suppressed;
        if (_last is { } last && time.GetElapsedTime(last) < Every)
        {
            _suppressed++;
            return false;
        }

        (_last, _suppressed) = (time.GetTimestamp(), 0);
        return true;
    }
}
