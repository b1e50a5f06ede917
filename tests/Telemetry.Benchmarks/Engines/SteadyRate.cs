namespace Telemetry.Benchmarks.Engines;

/// <summary>
/// How fast a store takes documents while it is loaded: from the first quarter to the last twentieth of them. Before that a program starts,
/// compiles its code and an index is made, after that the last requests are awaited; neither is a rate, and both weigh more in a short run.
/// </summary>
/// <param name="documents">How many are loaded.</param>
internal sealed class SteadyRate(long documents)
{
    private readonly long _from = documents / 4;
    private readonly long _to = documents - (documents / 20);
    private (long Documents, TimeSpan At)? _first;
    private (long Documents, TimeSpan At)? _last;

    /// <summary>How often the store should be looked at: often enough that what lies between two looks does not matter.</summary>
    public static TimeSpan LookEvery => TimeSpan.FromMilliseconds(100);

    /// <summary>True from the look that saw the first quarter.</summary>
    public bool Began => _first is not null;

    /// <summary>Documents/s; of so few documents that all came between two looks, from the start on; 0 when none were seen.</summary>
    public double PerSecond => (_first, _last) switch
    {
        ({ } first, { } last) when last.At > first.At => (last.Documents - first.Documents) / (last.At - first.At).TotalSeconds,
        (_, { } last) => last.Documents / last.At.TotalSeconds,
        _ => 0,
    };

    /// <summary>So many documents were stored at a moment, and not fewer than at the one before.</summary>
    public void Saw(long stored, TimeSpan at)
    {
        if (stored < _from || _last?.Documents >= _to)
        {
            return;
        }

        _first ??= (stored, at);
        _last = (stored, at);
    }
}
