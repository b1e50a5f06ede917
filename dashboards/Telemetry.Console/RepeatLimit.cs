namespace Telemetry.Console;

/// <summary>Lets one report through per interval and counts the rest. Safe for concurrent use.</summary>
internal sealed class RepeatLimit(TimeProvider time, TimeSpan interval)
{
    private readonly Lock _gate = new();
    private long _last;
    private long _held;

    /// <summary>True when a report is due; <paramref name="held"/> are those held back since the one before.</summary>
    public bool TryPass(out long held)
    {
        lock (_gate)
        {
            var now = time.GetTimestamp();
            held = _held;
            if (_last != 0 && time.GetElapsedTime(_last, now) < interval)
            {
                _held++;
                return false;
            }

            (_last, _held) = (now, 0);
            return true;
        }
    }
}
