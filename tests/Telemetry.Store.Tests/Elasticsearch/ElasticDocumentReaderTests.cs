using System.Text.Json.Nodes;
using Telemetry.Store.Elasticsearch;
using Telemetry.Store.Elasticsearch.Reading;
using Telemetry.Store.Tests.Contract;
using Telemetry.Store.Tests.Documents;

namespace Telemetry.Store.Tests.Elasticsearch;

/// <summary>What only Elasticsearch does; the rest is in <see cref="DocumentReaderContract"/>.</summary>
[Trait("Category", "heavy")]
public sealed class ElasticDocumentReaderTests(SharedElasticsearch shared) : IAsyncLifetime
{
    private ElasticContractStore _store = null!;

    public async ValueTask InitializeAsync() => _store = await ElasticContractStore.CreateAsync(shared);

    public async ValueTask DisposeAsync()
    {
        if (_store is not null)
        {
            await _store.DisposeAsync();
        }
    }

    [Fact]
    public async Task PagesGoOnWhenTheirPointInTimeIsGone()
    {
        await _store.StoreAsync(Enumerable.Range(0, 30).Select(i => Identified.Document((ulong)i, "x")));
        List<ulong> seen = [];
        string? cursor = null;
        do
        {
            var page = await _store.Reader.SearchAsync(new SearchRequest(Some.Query("x"), Limit: 10, Cursor: cursor), default);
            seen.AddRange(page.Hits.Select(hit => hit.Record.Seq));
            cursor = page.Next;

            await ForgetPointsInTime();
        }
        while (cursor is not null);

        Assert.Equal(Enumerable.Range(0, 30).Reverse().Select(i => (ulong)i), seen);
    }

    [Fact]
    public async Task PagesGoOnInAnotherReader()
    {
        await _store.StoreAsync(Enumerable.Range(0, 20).Select(i => Identified.Document((ulong)i, "x")));
        var page = await _store.Reader.SearchAsync(new SearchRequest(Some.Query("x"), Limit: 10), default);
        var other = new ElasticDocumentReader(_store.Client, _store.Time);
        var rest = await other.SearchAsync(new SearchRequest(Some.Query("x"), Limit: 10, Cursor: page.Next), default);
        Assert.Equal(Enumerable.Range(0, 10).Reverse().Select(i => (ulong)i), rest.Hits.Select(hit => hit.Record.Seq));
    }

    [Fact]
    public async Task PagesOfOnePointInTimeDoNotSeeWhatComesAfter()
    {
        await _store.StoreAsync(Enumerable.Range(0, 20).Select(i => Identified.Document((ulong)i, "x")));
        var page = await _store.Reader.SearchAsync(new SearchRequest(Some.Query("x"), Limit: 10), default);
        var late = Identified.Document(1000, "x");
        late.TimestampUnixUs = Some.TimeUnixUs;
        await _store.StoreAsync([late]);
        var rest = await _store.Reader.SearchAsync(new SearchRequest(Some.Query("x"), Limit: 50, Cursor: page.Next), default);
        Assert.Equal((20, 10), (rest.Total, rest.Hits.Count));
    }

    [Fact]
    public async Task OneShardThatCannotAnswerMakesTheAnswerIncomplete()
    {
        await _store.StoreAsync([Identified.Document(1, "x")]);

        // Another index under the same pattern, in which the field of the query is something else.
        var foreign = $"logs-telemetry.foreign-{_store.Client.Options.Namespace}";
        await _store.SendAsync(HttpMethod.Put, $"/{foreign}", new JsonObject
        {
            ["mappings"] = new JsonObject { ["properties"] = new JsonObject { ["telemetry.words.message"] = new JsonObject { ["type"] = "integer" } } },
        });
        var result = await _store.Reader.SearchAsync(new SearchRequest(Some.Query("message : x")), default);
        Assert.Equal([1UL], result.Hits.Select(hit => hit.Record.Seq));
        Assert.Equal(1, result.Total);
        Assert.StartsWith($"{foreign}[0]: number_format_exception", Assert.Single(result.Incomplete), StringComparison.Ordinal);
        Assert.NotEmpty((await _store.Reader.HistogramAsync(new HistogramRequest(Some.Query("message : x"), null, null), default)).Incomplete);
        Assert.Empty((await _store.Reader.SearchAsync(new SearchRequest(Some.Query("log.level : info")), default)).Incomplete);
    }

    [Fact]
    public async Task AllShardsThatCannotAnswerMakeTheAnswerEmptyAndIncomplete()
    {
        var foreign = $"logs-telemetry.foreign-{_store.Client.Options.Namespace}";
        await _store.SendAsync(HttpMethod.Put, $"/{foreign}", new JsonObject
        {
            ["mappings"] = new JsonObject { ["properties"] = new JsonObject { ["telemetry.words.message"] = new JsonObject { ["type"] = "integer" } } },
        });
        var result = await _store.Reader.SearchAsync(new SearchRequest(Some.Query("message : x")), default);
        Assert.Equal(0, result.Total);
        Assert.Single(result.Incomplete);
    }

    [Fact]
    public async Task WhatIsNoneOfOurDocumentsIsToldOf()
    {
        await _store.StoreAsync([Identified.Document(1, "x")]);
        await _store.SendAsync(HttpMethod.Post, $"/logs-telemetry.app-{_store.Client.Options.Namespace}/_doc/1?op_type=create&refresh=true", new JsonObject
        {
            ["@timestamp"] = "2026-11-22T11:00:00Z",
        });
        var result = await _store.Reader.SearchAsync(new SearchRequest(Some.Query("")), default);
        Assert.Equal([1UL], result.Hits.Select(hit => hit.Record.Seq));
        Assert.EndsWith("document 1 has no identity", Assert.Single(result.Incomplete), StringComparison.Ordinal);
    }

    [Fact]
    public async Task ANumberThatIsMissingIsWaitedForAndThenPassed()
    {
        await _store.StoreAsync([Identified.Document(0, "x")]);
        var query = Some.Query("x");
        var cursor = (await _store.Reader.ArrivedAsync(query, null, 10, default)).Cursor;
        await _store.StoreAsync([Identified.Document(1, "x")]);
        await _store.StoreAsync([Identified.Document(2, "x")]);
        await _store.StoreAsync([Identified.Document(3, "x")]);
        await _store.SendAsync(HttpMethod.Delete, $"/{await IndexAsync()}/_doc/{Identified.Document(2, "x").Id}?refresh=true");

        var first = await _store.Reader.ArrivedAsync(query, cursor, 10, default);
        Assert.Equal([1UL], first.Documents.Select(hit => hit.Record.Seq));
        var waiting = await _store.Reader.ArrivedAsync(query, first.Cursor, 10, default);
        Assert.Empty(waiting.Documents);
        _store.Time.Advance(TimeSpan.FromSeconds(5));
        var passed = await _store.Reader.ArrivedAsync(query, waiting.Cursor, 10, default);
        Assert.Equal([3UL], passed.Documents.Select(hit => hit.Record.Seq));
        await _store.StoreAsync([Identified.Document(4, "x")]);
        List<ulong> seen = [];
        cursor = passed.Cursor;
        for (var i = 0; i < 3; i++)
        {
            // The deletion itself has a number.
            var more = await _store.Reader.ArrivedAsync(query, cursor, 10, default);
            cursor = more.Cursor;
            seen.AddRange(more.Documents.Select(hit => hit.Record.Seq));
            _store.Time.Advance(TimeSpan.FromSeconds(5));
        }

        Assert.Equal([4UL], seen);
    }

    [Fact]
    public async Task AStreamThatComesIntoBeingIsFollowedFromItsBeginning()
    {
        var query = Some.Query("x");
        var cursor = (await _store.Reader.ArrivedAsync(query, null, 10, default)).Cursor;
        await _store.StoreAsync([Identified.Document(1, "x")]);
        await _store.RollOverAsync();
        await _store.RollOverAsync();
        await _store.RollOverAsync();
        await _store.StoreAsync([Identified.Document(2, "x")]);
        var arrived = await _store.Reader.ArrivedAsync(query, cursor, 10, default);
        Assert.Equal([1UL, 2], arrived.Documents.Select(hit => hit.Record.Seq));
        Assert.Empty((await _store.Reader.ArrivedAsync(query, arrived.Cursor, 10, default)).Documents);
    }

    [Fact]
    public async Task AnOddPatternIsIncompleteInsteadOfAnError()
    {
        await _store.StoreAsync(Enumerable.Range(0, 3).Select(i => Identified.Document((ulong)i, string.Join(' ', Enumerable.Range(0, 9000).Select(w => $"w{w}")))));
        var result = await _store.Reader.SearchAsync(new SearchRequest(Some.Query("message : w1*.w2*")), default);
        Assert.True(result.Total == 3 || result.Incomplete.Count > 0, $"{result.Total}");
    }

    // A point in time lies in search contexts of its indices; closing them ends it.
    private async Task ForgetPointsInTime()
    {
        var index = await IndexAsync();
        await _store.SendAsync(HttpMethod.Post, $"/{index}/_close");
        await _store.SendAsync(HttpMethod.Post, $"/{index}/_open?wait_for_active_shards=1");
        await _store.SendAsync(HttpMethod.Get, $"/_cluster/health/{index}?wait_for_status=yellow&wait_for_no_initializing_shards=true");
    }

    private async Task<string> IndexAsync()
    {
        using var streams = await _store.SendAsync(HttpMethod.Get, $"/_data_stream/logs-telemetry.app-{_store.Client.Options.Namespace}");
        return streams.RootElement.GetProperty("data_streams")[0].GetProperty("indices")[0].GetProperty("index_name").GetString()!;
    }
}
