using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using Telemetry.Tests.Support.Servers;

namespace Telemetry.Benchmarks.Engines;

/// <summary>How long from the death of a process until its crash is found, while Kafka holds bulk records that are not indexed.</summary>
internal static class EngineCrashLatency
{
    private const int Crashes = 100;
    private const int AtATime = 2;

    // Indexed while the crashes come; the backlog is still there at the last one.
    private const int Surplus = 1_500_000;

    public static async Task<IReadOnlyList<Figure>> MeasureAsync(bool full)
    {
        await using var kafka = await KafkaServer.StartAsync("1g");
        await using var elasticsearch = await ElasticsearchServer.StartAsync("2g");
        await using var here = new Installation();
        var backlog = full ? 10_000_000 : 1_000_000;
        string bus = KafkaBenchmark.BusOf(kafka), store = $"{elasticsearch.Url}?gzip=false";
        var log = Path.Combine(here.Folder, "flood.log");
        LogLines.Write(log, backlog + Surplus, 5, DateTimeOffset.UtcNow);
        await BusFill.RunAsync(here, log, "--bus", bus);
        await using var gateway = here.Start("gateway", Installation.Telemetry, "gateway", "--data", here.Data, "--grpc-port", $"{here.GrpcPort}", "--bus", bus);
        await using var indexer = here.Start("indexer", Installation.Telemetry, "indexer", "--data", here.Data, "--bus", bus, "--store", store);
        await using var console = here.Start("console", Installation.Telemetry, "console", "--data", here.Data, "--store", store, "--http-port", $"{here.HttpPort}");
        await here.ReadyAsync(console);
        using var api = new StoreApi(new Uri(elasticsearch.Url));
        await BegunAsync(api);

        // The first crash of all makes its data stream, in a server that has just been started.
        await CrashLatency.CrashAsync(here, 0);
        var clock = Stopwatch.StartNew();
        var found = new ConcurrentBag<double>();
        var next = 0;
        await Task.WhenAll(Enumerable.Range(0, AtATime).Select(async _ =>
        {
            while (Interlocked.Increment(ref next) is var number && number <= Crashes)
            {
                found.Add(await CrashLatency.CrashAsync(here, number));
            }
        }));
        var indexed = await api.IndexedAsync("logs-telemetry.app-*");
        var behind = backlog + Surplus - indexed;
        var rate = Math.Max(1, indexed / clock.Elapsed.TotalSeconds);
        Console.WriteLine($"  {found.Count} crashes in {clock.Elapsed.TotalSeconds:0} s, half of them found within {Samples.Median(found):0.00} s, the last after {found.Max():0.00} s; {behind:#,0} bulk lines not indexed at the end");
        if (behind < backlog)
        {
            throw new InvalidOperationException(string.Create(
                CultureInfo.InvariantCulture, $"The backlog shrank to {behind:#,0} lines before the last crash; use --full."));
        }

        return
        [
            new("critical_behind_backlog_p99", Samples.Percentile(found, 0.99), "s", 2, false, found.Count,
                "one queue for both: backlog ÷ indexing rate", backlog / rate),
        ];
    }

    private static async Task BegunAsync(StoreApi api)
    {
        while (await api.IndexedAsync("logs-telemetry.app-*") == 0)
        {
            await Task.Delay(100);
        }
    }
}
