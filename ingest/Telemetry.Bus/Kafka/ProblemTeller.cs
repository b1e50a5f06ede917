using System.Collections.Concurrent;

namespace Telemetry.Bus.Kafka;

/// <summary>Passes a sentence on at most once in ten seconds. Safe for concurrent use.</summary>
internal sealed class ProblemTeller(Action<string>? listener, TimeProvider time)
{
    private const int MaxRemembered = 256;
    private static readonly TimeSpan _interval = TimeSpan.FromSeconds(10);

    private readonly ConcurrentDictionary<string, long> _toldAt = new(StringComparer.Ordinal);

    public void Tell(string problem)
    {
        var now = time.GetTimestamp();
        if (_toldAt.TryGetValue(problem, out var toldAt) && time.GetElapsedTime(toldAt, now) < _interval)
        {
            return;
        }

        if (_toldAt.Count >= MaxRemembered)
        {
            _toldAt.Clear();
        }

        _toldAt[problem] = now;
        listener?.Invoke(problem);
    }
}
