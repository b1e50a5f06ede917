namespace Telemetry.Store.Elasticsearch.Writing;

/// <summary>Pauses between attempts: random from nothing to a limit that doubles each time ("full jitter"), up to a cap.</summary>
internal sealed class Backoff(TimeSpan first, TimeSpan cap, Random random)
{
    private int _attempts;

    /// <summary>An attempt that got on: the next pause is short again.</summary>
    public void Reset() => _attempts = 0;

    /// <summary>The next pause; not below what the server asks for, as far as the cap allows.</summary>
    /// <param name="retryAfter">What the server asks for.</param>
    /// <param name="atLeast">Not shorter.</param>
    /// <param name="atMost">Not longer; null is the cap.</param>
    public TimeSpan Next(TimeSpan? retryAfter = null, TimeSpan atLeast = default, TimeSpan? atMost = null)
    {
        var limit = Math.Min(Math.Min(cap.Ticks, atMost?.Ticks ?? long.MaxValue), first.Ticks * Math.Pow(2, Math.Min(_attempts++, 30)));
        double jitter;
        lock (random)
        {
            jitter = random.NextDouble();
        }

        var pause = Math.Max(limit * jitter, Math.Max(atLeast.Ticks, retryAfter?.Ticks ?? 0));
        return TimeSpan.FromTicks((long)Math.Min(cap.Ticks, pause));
    }
}
