using System.Globalization;
using Telemetry.Tests.Support.Servers;

namespace Telemetry.Benchmarks.Engines;

/// <summary>Kafka to Elasticsearch as partitions and consumers grow, one at a time.</summary>
internal static class EngineGrowth
{
    public static async Task MeasureAsync(bool full)
    {
        var lines = full ? 1_000_000 : 200_000;
        var partitions = new List<(string, double)>();
        foreach (var count in (int[])[1, 4, 16])
        {
            partitions.Add((count.ToString(CultureInfo.InvariantCulture), await RateAsync(lines, count, indexers: 1)));
        }

        var consumers = new List<(string, double)>();
        foreach (var count in (int[])[1, 2, 4])
        {
            consumers.Add((count.ToString(CultureInfo.InvariantCulture), await RateAsync(lines, partitions: 4, count)));
        }

        Growth.Print("Kafka to Elasticsearch, one indexer", "partitions", "documents/s", partitions);
        Growth.Print("Kafka to Elasticsearch, 4 partitions", "indexers", "documents/s", consumers);
    }

    private static async Task<double> RateAsync(int lines, int partitions, int indexers)
    {
        await using var kafka = await KafkaServer.StartAsync("512m");
        await using var elasticsearch = await ElasticsearchServer.StartAsync("2g");
        await using var here = new Installation();
        var bus = KafkaBenchmark.BusOf(kafka, $"&partitions={partitions}");

        // As many servers as there are partitions at the most, so that all have something.
        for (var i = 0; i < 16; i++)
        {
            var log = Path.Combine(here.Folder, $"lines{i}.log");
            LogLines.Write(log, lines / 16, i, DateTimeOffset.UtcNow);
            await BusFill.RunAsync(here, log, "--bus", bus);
        }

        using var store = new StoreApi(new Uri(elasticsearch.Url));
        for (var i = 1; i < indexers; i++)
        {
            here.Start($"indexer{i}", Installation.Telemetry, "indexer", "--data", Path.Combine(here.Folder, $"indexer{i}"), "--bus", bus,
                "--store", $"{elasticsearch.Url}?gzip=false");
        }

        var run = await IndexerRun.MeasureAsync(here, store, "logs-telemetry.app-default", lines / 16 * 16,
            "--data", Path.Combine(here.Folder, "indexer0"), "--bus", bus, "--store", $"{elasticsearch.Url}?gzip=false");
        return run.PerSecond;
    }
}
