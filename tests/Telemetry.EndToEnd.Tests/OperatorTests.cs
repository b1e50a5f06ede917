using System.Text;
using System.Text.Json;
using Confluent.Kafka;

namespace Telemetry.EndToEnd.Tests;

/// <summary>What an operator does with a Kafka and an Elasticsearch, with the real commands.</summary>
[Trait("Category", "heavy")]
public sealed class OperatorTests(RealEngines engines) : IClassFixture<RealEngines>
{
    private const string DocumentId = "AZt8qYyIAAAAAAAAAAAAAAAAAAAABw";

    [Fact]
    public async Task MetricsShowLagRebalancesAndQueuesOfEachProcess()
    {
        RealEngines.Need();
        var (indexer, metrics) = await engines.StartIndexerAsync("metrics");
        await engines.ShipAsync("measured");

        var text = await RealEngines.GetAsync(metrics, "/metrics");

        Assert.Contains("\nbus_lag{lane=\"bulk\",partition=\"bulk-g1-0\"} ", text, StringComparison.Ordinal);
        Assert.Contains("\nbus_rebalances_total{lane=\"bulk\"} ", text, StringComparison.Ordinal);
        Assert.Contains("\nbus_queue_fetched{lane=\"bulk\",partition=\"bulk-g1-0\"} ", text, StringComparison.Ordinal);
        Assert.Contains("\nindexer_lag{lane=\"critical\"} ", text, StringComparison.Ordinal);
        Assert.Contains("\nelasticsearch_stored_total{lane=\"bulk\"} ", text, StringComparison.Ordinal);
        Assert.Contains("\"status\":\"ok\"", await RealEngines.GetAsync(metrics, "/healthz"), StringComparison.Ordinal);
        Assert.Contains("\nbus_queue{lane=\"critical\"} ", await RealEngines.GetAsync(engines.GatewayMetrics, "/metrics"), StringComparison.Ordinal);
        Assert.Contains("\"gateway\"", await RealEngines.GetAsync(engines.GatewayMetrics, "/healthz"), StringComparison.Ordinal);
        await indexer.StopAsync();
    }

    [Fact]
    public async Task ApplicationsAreFoundInElasticsearch()
    {
        RealEngines.Need();
        var (indexer, _) = await engines.StartIndexerAsync("applications");
        await Applications.RunShopAsync(engines.Here);
        await Applications.RunCourierAsync(engines.Here);
        await Applications.RunTillAsync(engines.Here, "till");
        await Applications.PublishTillAsync();
        await Applications.RunNativeTillAsync(engines.Here, "native-till");
        await engines.IsStoredAsync("\"the till of Bob stops\" and service.name : till");
        await engines.IsStoredAsync("\"the till of Bob stops\" and service.name : native-till and service.version : \"3.0.0\"");
        await engines.IsStoredAsync("\"parcel 3 refused\" and service.name : courier and log.level : error");
        await engines.IsStoredAsync("\"order 7 is looked at\" and service.name : shop-web and service.version : \"2.1.0\"");
        await indexer.StopAsync();
    }

    [Fact]
    public async Task EnginesAreLookedAtWithoutAServer()
    {
        RealEngines.Need();
        var (indexer, _) = await engines.StartIndexerAsync("looked");
        await engines.ShipAsync("glanced");
        await indexer.StopAsync();

        using var bus = Parse(await RunAsync("bus", "describe", "--json", "--bus", engines.Bus));
        Assert.Equal(1, bus.RootElement.GetProperty("brokers").GetInt32());
        Assert.Contains("not its machine", bus.RootElement.GetProperty("promise").GetString(), StringComparison.Ordinal);
        Assert.Contains(bus.RootElement.GetProperty("partitions").EnumerateArray(), p => p.GetProperty("committed").ValueKind == JsonValueKind.Number);
        Assert.Contains("The bulk lane is read by group", (await RunAsync("bus", "describe", "--bus", engines.Bus)).Out, StringComparison.Ordinal);

        var templates = (await RunAsync("store", "install", "--json", "--store", engines.Store)).Lines;
        Assert.All(templates, line => Assert.Contains("\"action\":\"unchanged\"", line, StringComparison.Ordinal));
        await Eventually.Holds(
            async () => (await RunAsync("lifetimes", "--json", "--store", engines.Store)).Out.Contains("\"ops-1\"", StringComparison.Ordinal),
            "the lifetime is found", TimeSpan.FromSeconds(30));
        Assert.Equal("Generation 2 has 4 partitions a lane; lifetimes that are new from now on go there.\n",
            (await RunAsync("bus", "grow", "--partitions", "4", "--bus", engines.Bus)).Out);
    }

    [Fact]
    public async Task RewindBringsBackWhatTheStoreLostAndNothingTwice()
    {
        RealEngines.Need();
        var (indexer, _) = await engines.StartIndexerAsync("rewound");
        await engines.ShipAsync("kept");
        await engines.ShipAsync("mislaid");
        var refused = await engines.Here.TelemetryAsync("indexer", "rewind", "--to", "1h", "--bus", engines.Bus);
        Assert.Equal(2, refused.ExitCode);
        Assert.Contains("Stop all indexers first", refused.Error, StringComparison.Ordinal);
        await indexer.StopAsync();
        await MislayAsync("mislaid");

        var rewound = await RunAsync("indexer", "rewind", "--to", "1h", "--bus", engines.Bus);
        Assert.Contains("not stored twice", rewound.Out, StringComparison.Ordinal);
        var (again, _) = await engines.StartIndexerAsync("rewinding");
        await engines.IsStoredAsync("mislaid");

        await engines.ShipAsync("afterwards");
        Assert.Single(await engines.FindAsync("kept"));
        Assert.Single(await engines.FindAsync("mislaid"));
        await again.StopAsync();
    }

    [Fact]
    public async Task WhatIsPurgedFromAnywhereIsInTheAccountAndDoesNotComeBack()
    {
        RealEngines.Need();
        var (indexer, _) = await engines.StartIndexerAsync("purged");
        await engines.ShipAsync("harmless");
        await engines.ShipAsync("hunter2");

        var purged = await RunAsync("purge", "message : hunter2", "--yes", "--store", engines.Store);
        Assert.Equal("Purged 1 documents.", purged.Lines[^1]);
        Assert.Empty(await engines.FindAsync("hunter2"));
        var lifetimes = await RunAsync("lifetimes", "--json", "--store", engines.Store);
        using var ours = JsonDocument.Parse(lifetimes.Lines.Single(line => line.Contains("\"ops-1\"", StringComparison.Ordinal)));
        var id = ours.RootElement.GetProperty("id").GetString()!;
        using var lifetime = Parse(await RunAsync("lifetimes", id, "--json", "--store", engines.Store));
        var losses = lifetime.RootElement.GetProperty("losses").EnumerateArray().Where(l => l.GetProperty("reason").GetString() == "purged");
        Assert.Equal([1], losses.Select(l => l.GetProperty("count").GetInt32()));

        await indexer.StopAsync();
        await RunAsync("indexer", "rewind", "--to", "1h", "--bus", engines.Bus);
        var (another, _) = await engines.StartIndexerAsync("unaware");
        await engines.ShipAsync("later");
        Assert.Single(await engines.FindAsync("harmless"));
        Assert.Empty(await engines.FindAsync("hunter2"));
        await another.StopAsync();
    }

    [Fact]
    public async Task DeadLettersOfATopicAreShownRetriedAndDropped()
    {
        RealEngines.Need();
        var document = $"bulk-g1-0/9//{DocumentId}";
        await RunAsync("store", "install", "--store", engines.Store);
        await BuryAsync("bulk-g1-0/5//", "The batch does not decode.", [0, 1, 2, 255]);
        await BuryAsync(document, "400 document_parsing_exception", """{"@timestamp":"2026-01-02T03:04:05.000000Z","message":"raised"}"""u8.ToArray());

        var list = (await RunAsync("dlq", "list", "--json", "--bus", engines.Bus)).Lines;
        Assert.Equal(2, list.Length);
        Assert.Contains("00 01 02 ff", (await RunAsync("dlq", "show", "bulk-g1-0/5//", "--bus", engines.Bus)).Out, StringComparison.Ordinal);

        var retried = await engines.Here.TelemetryAsync("dlq", "retry", "--all", "--bus", engines.Bus, "--store", engines.Store);
        Assert.Equal((1, 2), (retried.ExitCode, retried.Lines.Length));
        Assert.Contains($"{document}: The store has it now.", retried.Out, StringComparison.Ordinal);
        await Eventually.Holds(
            async () =>
            {
                using var count = await engines.CallStoreAsync(HttpMethod.Get, "/logs-telemetry.app-default/_count?q=message:raised");
                return count.RootElement.GetProperty("count").GetInt32() == 1;
            },
            "the document is found", TimeSpan.FromSeconds(30));

        Assert.Single((await RunAsync("dlq", "list", "--json", "--bus", engines.Bus)).Lines);
        await RunAsync("dlq", "drop", "--all", "--yes", "--bus", engines.Bus);
        Assert.Equal("There are no dead letters.\n", (await RunAsync("dlq", "list", "--bus", engines.Bus)).Out);
    }

    private async Task<CommandResult> RunAsync(params string[] args)
    {
        var result = await engines.Here.TelemetryAsync(args);
        Assert.True(result.ExitCode == 0, $"{string.Join(' ', args)}\n{result.Out}\n{result.Error}");
        return result;
    }

    private static JsonDocument Parse(CommandResult result) => JsonDocument.Parse(result.Out);

    /// <summary>The store loses a document.</summary>
    private async Task MislayAsync(string line)
    {
        using var found = JsonDocument.Parse(Assert.Single(await engines.FindAsync(line)));
        var id = found.RootElement.GetProperty("_id").GetString();
        using var streams = await engines.CallStoreAsync(HttpMethod.Get, "/_data_stream/logs-telemetry.app-default");
        foreach (var index in streams.RootElement.GetProperty("data_streams")[0].GetProperty("indices").EnumerateArray())
        {
            using var deleted = await engines.CallStoreAsync(
                HttpMethod.Delete, $"/{index.GetProperty("index_name").GetString()}/_doc/{id}?refresh=true");
        }

        Assert.Empty(await engines.FindAsync(line));
    }

    /// <summary>Puts a letter on the topic as an indexer does.</summary>
    private async Task BuryAsync(string id, string reason, byte[] bytes)
    {
        using var producer = new ProducerBuilder<string, byte[]>(new ProducerConfig { BootstrapServers = engines.Broker }).Build();
        var headers = new Headers();
        foreach (var (name, value) in (ReadOnlySpan<(string, string)>)[
            ("v", "1"), ("reason", reason), ("instance", "i-1"), ("tenant", ""), ("source", "::1"),
            ("lifetime", "de4ca7ac0f04af63d3cea25eb3bdaf16"), ("bus_time", "1767323045000000"), ("size", $"{bytes.Length}")])
        {
            headers.Add(name, Encoding.UTF8.GetBytes(value));
        }

        await producer.ProduceAsync("telemetry-dead-letters", new Message<string, byte[]> { Key = id, Value = bytes, Headers = headers });
    }
}
