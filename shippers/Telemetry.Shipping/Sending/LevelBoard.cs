using Telemetry.Protos.V1;

namespace Telemetry.Shipping.Sending;

/// <summary>From which level on services are to log, as the gateway said last; each rule ends by itself. Any thread.</summary>
internal sealed class LevelBoard(TimeProvider time)
{
    /// <summary>More are not kept: what a gateway says is bounded, whatever gateway that is.</summary>
    private const int MaxRules = 256;

    private static readonly TimeSpan MaxFor = TimeSpan.FromDays(7);

    private volatile IReadOnlyList<Rule> _rules = [];
    private int _version;

    /// <summary>The gateway said something. On the thread that heard it.</summary>
    public event Action? Replaced;

    /// <summary>Another after each time that the gateway said something.</summary>
    public int Version => Volatile.Read(ref _version);

    /// <summary>What the gateway says holds from now on, and nothing else.</summary>
    public void Replace(Levels? levels)
    {
        if (_rules.Count == 0 && levels is null or { Rules.Count: 0 })
        {
            return;
        }

        var now = time.GetTimestamp();
        _rules = [.. (levels?.Rules ?? []).Take(MaxRules).Select(said => new Rule(
            said.Service, said.Level, now + ToTimestamps(TimeSpan.FromMilliseconds(Math.Min(said.ForMs, (ulong)MaxFor.TotalMilliseconds)))))];
        Interlocked.Increment(ref _version);
        Replaced?.Invoke();
    }

    /// <summary>Level for a service, and for how long; null when it is its own affair.</summary>
    public (string Level, TimeSpan For)? Find(string service)
    {
        foreach (var rule in _rules)
        {
            if (rule.Service == service && Left(rule) is { } left && left > TimeSpan.Zero)
            {
                return (rule.Level, left);
            }
        }

        return null;
    }

    /// <summary>The same for whoever asks here instead of the gateway.</summary>
    public Levels ToMessage()
    {
        var message = new Levels();
        foreach (var rule in _rules)
        {
            if (Left(rule) is { } left && left > TimeSpan.Zero)
            {
                message.Rules.Add(new LevelRule { Service = rule.Service, Level = rule.Level, ForMs = (ulong)left.TotalMilliseconds });
            }
        }

        return message;
    }

    private TimeSpan Left(Rule rule) => time.GetElapsedTime(time.GetTimestamp(), rule.EndsAt);

    private long ToTimestamps(TimeSpan span) => (long)(span.TotalSeconds * time.TimestampFrequency);

    /// <param name="Service">Name of the service.</param>
    /// <param name="Level">As the gateway said it.</param>
    /// <param name="EndsAt">Timestamp.</param>
    private sealed record Rule(string Service, string Level, long EndsAt);
}
