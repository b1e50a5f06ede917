using System.Diagnostics;
using System.Globalization;

namespace Telemetry.EndToEnd.Tests.Chaos.Engines;

/// <summary>What was done to whom and when, for the report of a failure. Thread-safe.</summary>
internal sealed class Timeline
{
    private const int Shown = 80;
    private readonly Stopwatch _clock = Stopwatch.StartNew();
    private readonly List<string> _events = [];

    /// <summary>Time since the beginning.</summary>
    public TimeSpan Elapsed => _clock.Elapsed;

    public void Add(string what)
    {
        var line = string.Create(CultureInfo.InvariantCulture, $"{_clock.Elapsed.TotalSeconds,8:0.00} s  {what}");
        lock (_events)
        {
            _events.Add(line);
        }
    }

    /// <summary>The last events, the newest at the end.</summary>
    public override string ToString()
    {
        lock (_events)
        {
            return string.Join('\n', _events.TakeLast(Shown));
        }
    }
}
