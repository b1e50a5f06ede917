using System.Globalization;
using Telemetry.Tests.Support.Servers;

namespace Telemetry.Benchmarks.Engines;

/// <summary>Kafka to Elasticsearch as partitions and consumers grow, one at a time, through the same servers.</summary>
internal sealed class EngineGrowth
{
    // As many servers as there are partitions at the most, so that all have something.
    private const int Sources = 16;

    private readonly KafkaServer _kafka;
    private readonly ElasticsearchServer _elasticsearch;
    private readonly int _lines;
    private int _runs;

    private EngineGrowth(KafkaServer kafka, ElasticsearchServer elasticsearch, int lines) =>
        (_kafka, _elasticsearch, _lines) = (kafka, elasticsearch, lines);

    public static async Task MeasureAsync(bool full)
    {
        await using var kafka = await KafkaServer.StartAsync("512m");
        await using var elasticsearch = await ElasticsearchServer.StartAsync("2g");
        var growth = new EngineGrowth(kafka, elasticsearch, (full ? 1_000_000 : 200_000) / Sources * Sources);

        // Servers that have just been started are slow.
        await growth.RateAsync(partitions: 4, indexers: 1);
        var partitions = new List<(string, double)>();
        foreach (var count in (int[])[1, 4, 16])
        {
            partitions.Add((count.ToString(CultureInfo.InvariantCulture), await growth.RateAsync(count, indexers: 1)));
        }

        Growth.Print("Kafka to Elasticsearch, one indexer", "partitions", "documents/s", partitions);
        var consumers = new List<(string, double)>();
        foreach (var count in (int[])[1, 2, 4])
        {
            consumers.Add((count.ToString(CultureInfo.InvariantCulture), await growth.RateAsync(partitions: 4, count)));
        }

        Growth.Print("Kafka to Elasticsearch, 4 partitions", "indexers", "documents/s", consumers);
    }

    private async Task<double> RateAsync(int partitions, int indexers)
    {
        await using var here = new Installation();
        var name = $"g{_runs++}";
        var bus = KafkaBenchmark.BusOf(_kafka, $"&partitions={partitions}&prefix={name}&group={name}");
        var store = $"{_elasticsearch.Url}?gzip=false&namespace={name}";
        List<string> logs = [.. Enumerable.Range(0, Sources).Select(i => Path.Combine(here.Folder, $"lines{i}.log"))];
        for (var i = 0; i < Sources; i++)
        {
            LogLines.Write(logs[i], _lines / Sources, i, DateTimeOffset.UtcNow);
        }

        await BusFill.RunAsync(here, logs, "--bus", bus);

        using var api = new StoreApi(new Uri(_elasticsearch.Url));
        for (var i = 1; i < indexers; i++)
        {
            here.Start($"indexer{i}", Installation.Telemetry, "indexer", "--data", Path.Combine(here.Folder, $"indexer{i}"), "--bus", bus, "--store", store);
        }

        var run = await IndexerRun.MeasureAsync(here, api, EngineBench.StreamOf(name), _lines,
            "--data", Path.Combine(here.Folder, "indexer0"), "--bus", bus, "--store", store);
        return run.PerSecond;
    }
}
