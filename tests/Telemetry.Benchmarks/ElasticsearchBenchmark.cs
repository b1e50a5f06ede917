using System.Diagnostics;
using Telemetry.Benchmarks.Engines;
using Telemetry.Tests.Support.Servers;

namespace Telemetry.Benchmarks;

/// <summary>
/// The indexer into a real Elasticsearch, on a core each, beside a loader that sends the same documents made in advance, and the
/// peers. Every round begins with another of them: a server gets faster for minutes after its start, and none shall always be the last.
/// </summary>
internal static class ElasticsearchBenchmark
{
    private const int Rounds = 8;

    public static async Task<int> RunAsync(bool full, string? only)
    {
        if (!ElasticsearchServer.Available(out var reason))
        {
            Console.Error.WriteLine(reason);
            return 1;
        }

        var clock = Stopwatch.StartNew();
        var figures = new List<Figure>();
        if (only is null or "cost")
        {
            figures.AddRange(await EncodingCost.MeasureAsync());
        }

        if (only is null or "rate")
        {
            figures.AddRange(await RatesAsync(full ? 1_000_000 : 400_000, clock));
        }

        if (only is null or "refusals")
        {
            figures.Add(await RefusalRates.MeasureAsync(full ? 1_000_000 : 300_000));
        }

        if (only is null or "growth")
        {
            await GrowthAsync(full ? [100_000, 1_000_000, 10_000_000] : [100_000, 1_000_000]);
        }

        return Report.Print("elasticsearch", figures);
    }

    private static async Task<IReadOnlyList<Figure>> RatesAsync(int lines, Stopwatch clock)
    {
        await using var bench = await EngineBench.StartAsync(lines);
        await bench.IndexAsync("ours");
        var unmerged = await bench.Store.StoredBytesAsync(EngineBench.StreamOf("ours"));
        await bench.Store.MergeAsync(EngineBench.StreamOf("ours"));
        var stored = await bench.Store.StoredBytesAsync(EngineBench.StreamOf("ours"));
        Console.WriteLine($"[{clock.Elapsed:mm\\:ss}] stored {(double)unmerged / bench.Bus.RawBytes:0.000} bytes a raw byte, {(double)stored / bench.Bus.RawBytes:0.000} when merged");
        await bench.Store.CopyTemplateAsync(EngineBench.StreamOf("ours"), EngineBench.StreamOf("bench*"));
        var documents = await EncodedDocuments.ReadAsync(bench.Store, EngineBench.StreamOf("ours"));
        var shape = await RawLoader.FindBestAsync(bench.Store, documents, EngineBench.StreamOf("bench-try"), 60_000);
        Console.WriteLine($"[{clock.Elapsed:mm\\:ss}] raw loader: {shape.MiB} MiB, {shape.Senders} senders; {documents.MeanBytes:0} bytes a document");
        var peers = await ElasticPeerRates.PrepareAsync(bench, documents);

        var (ours, raw) = (new List<IndexerRun>(), new List<double>());
        List<Func<int, Task>> loads =
        [
            async round =>
            {
                ours.Add(await bench.IndexAsync($"ours{round}"));
                Console.WriteLine($"  indexer: {ours[^1].PerSecond:#,0}/s, {ours[^1].CpuMicroseconds:0.0} µs of processor a document, {ours[^1].PeakRssBytes / 1e6:0} MB");
            },
            async round =>
            {
                raw.Add(await RawLoader.RateAsync(bench.Store, documents, EngineBench.StreamOf($"bench-raw{round}"), shape, documents.Count));
                Console.WriteLine($"  raw: {raw[^1]:#,0}/s");
            },
            .. peers.Loads,
        ];
        for (var round = 0; round < Rounds; round++)
        {
            Console.WriteLine($"[{clock.Elapsed:mm\\:ss}] round {round + 1}");
            for (var i = 0; i < loads.Count; i++)
            {
                await bench.Store.SettleAsync();
                await loads[(round + i) % loads.Count](round);
            }
        }

        return
        [
            new("indexer_vs_raw_bulk", Samples.Median(ours.Zip(raw, (o, r) => o.PerSecond / r)), Figure.RatioUnit, 0.95, true, Rounds,
                "raw bulk loader, documents/s", Samples.Median(raw)),
            .. peers.Figures([.. ours.Select(run => run.PerSecond)]),
            new("stored_per_raw_byte", (double)stored / bench.Bus.RawBytes, "bytes/byte", 0.8, false, 1, "the lines themselves; the index merged, as after a rollover", 1),
        ];
    }

    private static async Task GrowthAsync(int[] sizes)
    {
        var points = new List<(string, double)>();
        foreach (var lines in sizes)
        {
            await using var bench = await EngineBench.StartAsync(lines);

            // A server that has just been started is slow; of more lines the first quarter is not measured anyway.
            if (lines <= sizes[0])
            {
                await bench.IndexAsync("warm");
            }

            points.Add((lines.ToString("#,0", System.Globalization.CultureInfo.InvariantCulture), (await bench.IndexAsync("grow")).PerSecond));
        }

        Growth.Print("indexer into Elasticsearch", "documents", "documents/s", points);
    }
}
