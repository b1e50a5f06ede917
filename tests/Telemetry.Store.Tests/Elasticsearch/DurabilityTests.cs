using Telemetry.Store.Elasticsearch;
using Telemetry.Tests.Support.Servers;

namespace Telemetry.Store.Tests.Elasticsearch;

/// <summary>What is there already may be in the server's memory only: it is flushed before anybody relies on it.</summary>
public sealed class DurabilityTests : IAsyncLifetime
{
    private const string Stream = "logs-telemetry.app-default";
    private const string First = ".ds-" + Stream + "-2026.11.22-000001";
    private ScriptedElasticsearch _server = null!;
    private WriterHarness _harness = null!;

    public async ValueTask InitializeAsync()
    {
        _server = await ScriptedElasticsearch.StartAsync();
        _harness = new WriterHarness(_server.Url);
        await using var former = _harness.Open();
        WriterHarness.Write(former, Enumerable.Range(0, 100));
        await former.CommitAsync(100, default);
        Assert.DoesNotContain(_server.Requests, r => r.Contains("_flush", StringComparison.Ordinal));
    }

    public async ValueTask DisposeAsync()
    {
        await _harness.DisposeAsync();
        await _server.DisposeAsync();
    }

    [Fact]
    public async Task ADocumentThatExistsIsFlushedBeforeItIsCommitted()
    {
        await ReplayAsync(200);

        Assert.Equal(100, _harness.Count("duplicates"));
        Assert.Contains(_server.Requests, r => r.StartsWith($"POST /{First}/_flush", StringComparison.Ordinal));
        AssertExactly(200);
    }

    [Fact]
    public async Task WhatTheServerLosesBeforeTheFlushIsStoredAgain()
    {
        LoseTheFormerAtTheFirstFlush();

        await ReplayAsync(200);

        AssertExactly(200);
    }

    [Fact]
    public async Task WhatTheServerLosesAfterALookUpIsStoredAgain()
    {
        _server.Streams.Rollover(Stream);
        LoseTheFormerAtTheFirstFlush();

        await ReplayAsync(200);

        AssertExactly(200);
    }

    [Theory]
    [InlineData(400)]
    [InlineData(403)]
    public async Task WhoMayNotFlushGoesOnAndIsTold(int status)
    {
        _server.FlushRule = _ => status;

        await ReplayAsync(100);

        Assert.Equal(ElasticNoticeKind.NotFlushed, Assert.Single(_harness.Notices).Kind);
        AssertExactly(100);
    }

    [Fact]
    public async Task AnIndexThatIsGoneNeedsNoFlush()
    {
        _server.FlushRule = _ => 404;

        await ReplayAsync(100);

        Assert.Empty(_harness.Notices);
    }

    /// <summary>As a server that dies before the fsync of the request that stored them.</summary>
    private void LoseTheFormerAtTheFirstFlush()
    {
        var flushes = 0;
        _server.FlushRule = _ =>
        {
            if (Interlocked.Increment(ref flushes) > 1)
            {
                return 200;
            }

            foreach (var id in Enumerable.Range(0, 100).Select(WriterHarness.IdOf))
            {
                _server.Streams.Delete(First, id);
            }

            return 503;
        };
    }

    private async Task ReplayAsync(int until)
    {
        await using var writer = _harness.Open(inDoubtUntil: 100);
        WriterHarness.Write(writer, Enumerable.Range(0, until));
        Assert.Empty(await writer.CommitAsync(until, default));
    }

    private void AssertExactly(int count)
    {
        Assert.Empty(_server.Streams.Duplicated);
        Assert.Equal(
            Enumerable.Range(0, count).Select(WriterHarness.IdOf).Order(StringComparer.Ordinal),
            _server.Streams.Documents.Keys.Select(key => key.Id).Order(StringComparer.Ordinal));
    }
}
