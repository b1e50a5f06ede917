using System.Diagnostics.Metrics;
using Telemetry.Indexer.Tests.Fakes;
using Telemetry.Store.Elasticsearch;
using Telemetry.Store.Elasticsearch.Writing;
using Telemetry.Tests.Support.Servers;
using Lane = Telemetry.Wire.Lane;

namespace Telemetry.Indexer.Tests;

/// <summary>A bus that is read once more into a store that has rolled over since.</summary>
public sealed class RewindTests : IDisposable
{
    private readonly TemporaryDirectory _directory = new();
    private readonly MemoryBus _bus = new() { KeepsState = true };

    [Fact]
    public async Task WhatLiesInEarlierIndicesThanWhatCameLastIsNotStoredTwice()
    {
        await using var server = await ScriptedElasticsearch.StartAsync();
        await IndexAsync(server, 0);
        server.Streams.Rollover("logs-telemetry.app-default");
        await IndexAsync(server, 1, 2, 3);

        _bus.StateLogs[Lane.Bulk].Committed = 0;
        await IndexAsync(server, 4);

        Assert.Empty(server.Streams.Duplicated);
        Assert.Equal(5, server.Streams.Documents.Count);
    }

    public void Dispose() => _directory.Dispose();

    /// <summary>Runs an indexer that takes some lines, each with a commit of its own.</summary>
    private async Task IndexAsync(ScriptedElasticsearch server, params ulong[] lines)
    {
        Assert.True(ElasticOptions.TryParse(server.Url, out var options, out _));
        using var client = new ElasticClient(options);
        using var meter = new Meter("test");
        await using var pool = new ElasticBulkPool(client, new ElasticWriterOptions(), Lane.Bulk, meter, _ => { });
        await using var host = IndexerHost.Start(
            new IndexerOptions
            {
                DataDirectory = _directory.Path, Lanes = [Lane.Bulk], IdleCommitAfter = TimeSpan.FromMilliseconds(5), IdentityWait = TimeSpan.Zero,
            },
            _bus, (_, opening) => pool.OpenWriter(opening));
        foreach (var line in lines)
        {
            _bus.Append(Lane.Bulk, Some.Stamp(), Some.Lines(line, $"line {line}"));
            await Eventually.Holds(() => _bus.StateLogs[Lane.Bulk].Committed == (long)(line + 1) * 10, $"line {line} is committed");
        }
    }
}
