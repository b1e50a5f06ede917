using System.Diagnostics;

namespace Telemetry.Benchmarks;

/// <summary>Calls back in even steps of 20 ms until the duration is over, telling how many lines are due by then.</summary>
internal static class Pace
{
    public static async Task KeepAsync(int linesPerSecond, TimeSpan duration, Action<int> write)
    {
        var clock = Stopwatch.StartNew();
        long written = 0;
        while (clock.Elapsed < duration)
        {
            var due = (long)(clock.Elapsed.TotalSeconds * linesPerSecond) - written;
            if (due > 0)
            {
                write((int)due);
                written += due;
            }

            await Task.Delay(20);
        }
    }
}
