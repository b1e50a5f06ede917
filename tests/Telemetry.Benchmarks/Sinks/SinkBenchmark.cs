using System.Diagnostics;

namespace Telemetry.Benchmarks.Sinks;

/// <summary>What the Serilog sink costs an application and what it holds, with real processes.</summary>
internal static class SinkBenchmark
{
    public static async Task<int> RunAsync(bool full, string? only)
    {
        var clock = Stopwatch.StartNew();
        var figures = new List<Figure>();
        (string Name, Func<Task<IReadOnlyList<Figure>>> Measure)[] parts =
        [
            ("emit", () => EmitCost.MeasureAsync(full)),
            ("rate", () => DurableRate.MeasureAsync(full)),
            ("away", () => ServerAway.MeasureAsync(full)),
            ("fatal", () => FatalLatency.MeasureAsync(full)),
            ("killed", () => KilledAfterFatal.MeasureAsync(full)),
            ("dispose", () => DisposeTarpit.MeasureAsync(full)),
        ];
        foreach (var (name, measure) in parts.Where(p => only is null || p.Name == only))
        {
            Console.WriteLine($"[{clock.Elapsed:mm\\:ss}] {name}");
            figures.AddRange(await measure());
        }

        Console.WriteLine($"[{clock.Elapsed:mm\\:ss}] done");
        return Report.Print("sink", figures);
    }
}
