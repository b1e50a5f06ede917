namespace Telemetry.Cli.Supervision;

/// <summary>Waits that double from half a second to half a minute, each with up to a fifth of jitter.</summary>
internal sealed class Backoff(Random random)
{
    public static readonly TimeSpan First = TimeSpan.FromMilliseconds(500);
    public static readonly TimeSpan Longest = TimeSpan.FromSeconds(30);

    private int _failures;

    /// <summary>The wait before the next attempt.</summary>
    public TimeSpan Next()
    {
        var wait = First * Math.Pow(2, Math.Min(_failures++, 10));
        return (wait < Longest ? wait : Longest) * (1 + (0.2 * random.NextDouble()));
    }

    /// <summary>It went well for a while: begins anew.</summary>
    public void Reset() => _failures = 0;
}
