using System.Diagnostics;

namespace Telemetry.Benchmarks;

/// <summary>
/// The whole path on this machine with the real binaries: file, native shipper, gateway, bus, indexer, store, search. Ends within
/// 8 minutes; <c>--full</c> takes more samples; <c>--only PART</c> measures one part while one works on it.
/// </summary>
internal static class MainBenchmark
{
    public static async Task<int> RunAsync(bool full, string? only)
    {
        var clock = Stopwatch.StartNew();
        var figures = new List<Figure>();
        (string Name, Func<Task<IReadOnlyList<Figure>>> Measure)[] parts =
        [
            ("shipper", () => ShipperCost.MeasureAsync(full)),
            ("latency", () => LineLatency.MeasureAsync(full)),
            ("crash", () => CrashLatency.MeasureAsync(full)),
            ("volume", () => Volume.MeasureAsync(full)),
        ];
        foreach (var (name, measure) in parts.Where(p => only is null || p.Name == only))
        {
            Console.WriteLine($"[{clock.Elapsed:mm\\:ss}] {name}");
            figures.AddRange(await measure());
        }

        Console.WriteLine($"[{clock.Elapsed:mm\\:ss}] done");
        return Report.Print("main", figures);
    }
}
