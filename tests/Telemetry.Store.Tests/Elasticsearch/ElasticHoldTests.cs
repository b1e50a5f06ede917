using System.Text.Json;
using Telemetry.Store.Elasticsearch;
using Telemetry.Store.Elasticsearch.Care;
using Telemetry.Store.Elasticsearch.Holds;
using Telemetry.Store.Holds;
using Telemetry.Store.Purging;
using Telemetry.Store.Tests.Contract;
using Telemetry.Store.Tests.Documents;
using Telemetry.Wire;

namespace Telemetry.Store.Tests.Elasticsearch;

/// <summary>Holds on the real server, where a backing index is dropped as its lifecycle would drop it.</summary>
[Trait("Category", "heavy")]
public sealed class ElasticHoldTests(SharedElasticsearch shared) : IAsyncLifetime
{
    private static readonly CancellationToken Never = CancellationToken.None;
    private static readonly LifetimeId Other = LifetimeId.From("other", "boot");
    private ElasticContractStore _store = null!;

    private ElasticHolds Holds => new(_store.Client);

    private string Namespace => _store.Client.Options.Namespace;

    public async ValueTask InitializeAsync() => _store = await ElasticContractStore.CreateAsync(shared);

    public async ValueTask DisposeAsync()
    {
        if (_store is not null)
        {
            await _store.DisposeAsync();
        }
    }

    [Fact]
    public async Task HoldsArePlacedListedAndReleased()
    {
        var hold = Hold(Some.Lifetime);
        Assert.Empty(await Holds.ListAsync(Never));
        Assert.True(await Holds.AddAsync(hold, Never));
        Assert.False(await Holds.AddAsync(hold with { Reason = "another" }, Never));
        Assert.True(await Holds.AddAsync(Hold(Other) with { SinceUnixUs = 2 }, Never));
        Assert.Equal([hold, Hold(Other) with { SinceUnixUs = 2 }], await Holds.ListAsync(Never));
        Assert.True(await Holds.ReleaseAsync(Some.Lifetime, Never));
        Assert.False(await Holds.ReleaseAsync(Some.Lifetime, Never));
        Assert.Equal([Other], (await Holds.ListAsync(Never)).Select(held => held.Lifetime));
    }

    [Fact]
    public async Task WhatIsHeldIsFoundOnceBeforeAndAfterItsIndexIsDropped()
    {
        await _store.StoreAsync([.. Kinds(0), .. Lines(100, 20), .. Lines(0, 30, Other)]);
        await _store.RollOverAsync();
        await _store.StoreAsync(Lines(200, 10));
        var before = await SearchAsync("*");
        var mine = before.Where(document => document.Record.Lifetime == Some.Lifetime).ToList();
        Assert.Equal((64, 34), (before.Count, mine.Count));

        await Holds.AddAsync(Hold(Some.Lifetime), Never);
        await RefreshAsync();
        AssertSame(before, await SearchAsync("*"));
        await AssertCountsAsync(before);

        await DropOldestAsync();
        AssertSame(mine, await SearchAsync("*"));
        await AssertCountsAsync(mine);
        Assert.Equal(3, (await _store.Reader.ContextAsync(mine.Single(document => document.Record.Seq == 110).Id, 1, 1, Never)).Count);
        Assert.Equal(
            mine.Select(document => document.Id.ToString()).Order(),
            (await _store.Reader.LastAsync(Some.Lifetime, null, 100, Never)).Select(document => document.Id.ToString()).Order());
    }

    [Fact]
    public async Task PagesAreRightWhileBothCopiesExist()
    {
        await _store.StoreAsync(Lines(0, 50));
        await Holds.AddAsync(Hold(Some.Lifetime), Never);
        await RefreshAsync();
        List<StoredDocument> paged = [];
        string? cursor = null;
        do
        {
            var page = await _store.Reader.SearchAsync(new SearchRequest(Some.Query("*"), Limit: 7, Cursor: cursor), Never);
            Assert.Equal(50, page.Total);
            paged.AddRange(page.Hits);
            cursor = page.Next;
        }
        while (cursor is not null);

        Assert.Equal(Enumerable.Range(0, 50).Reverse().Select(seq => (ulong)seq), paged.Select(document => document.Record.Seq));
    }

    [Fact]
    public async Task WhatComesAfterTheHoldIsHeldOnceItsIndexIsWrittenNoMore()
    {
        await _store.StoreAsync(Lines(0, 10));
        await Holds.AddAsync(Hold(Some.Lifetime), Never);
        await _store.StoreAsync(Lines(10, 10));
        await _store.RollOverAsync();

        Assert.Equal([Some.Lifetime], (await Holds.KeepAsync(Never)).Select(hold => hold.Lifetime));
        await DropOldestAsync();

        Assert.Equal(20, (await SearchAsync("*")).Count);
    }

    [Fact]
    public async Task WhatIsTheSameIsNotCopiedAgain()
    {
        await _store.StoreAsync(Lines(0, 10));
        await Holds.AddAsync(Hold(Some.Lifetime), Never);
        await _store.RollOverAsync();
        var before = await HeldSequenceAsync();

        await Holds.KeepAsync(Never);

        Assert.Equal(before, await HeldSequenceAsync());
    }

    [Fact]
    public async Task PurgingTakesTheCopiesToo()
    {
        await _store.StoreAsync([.. Lines(0, 10), Identified.Document(50, "password hunter2")]);
        await _store.RollOverAsync();
        await _store.StoreAsync([Identified.Document(60, "password hunter2")]);
        await Holds.AddAsync(Hold(Some.Lifetime), Never);
        await DropOldestAsync();
        var purge = new ElasticPurge(_store.Client);

        var found = await purge.FindAsync(new PurgeRequest(Some.Query("message : hunter2"), null, null, Some.TimeUnixUs), Never);
        Assert.Equal([50UL, 60UL], found.Documents.Select(document => document.Record.Seq).Order());
        Assert.Empty(await purge.DeleteAsync(found, Never));

        await DropOldestAsync();
        Assert.Equal(Enumerable.Range(0, 10), (await SearchAsync("*")).Select(document => (int)document.Record.Seq).Order());
    }

    [Fact]
    public async Task ACopyWhoseSourceWasPurgedMeanwhileGoes()
    {
        await _store.StoreAsync(Lines(0, 10));
        await _store.RollOverAsync();
        await Holds.AddAsync(Hold(Some.Lifetime), Never);
        var purged = (await SearchAsync("event.sequence : 3")).Single();
        var index = (await OldestAsync())!;
        (await _store.SendAsync(HttpMethod.Delete, $"/{index}/_doc/{purged.Id}?refresh=true")).Dispose();

        await Holds.KeepAsync(Never);
        await DropOldestAsync();

        Assert.Equal([0, 1, 2, 4, 5, 6, 7, 8, 9], (await SearchAsync("*")).Select(document => (int)document.Record.Seq).Order());
    }

    [Fact]
    public async Task WhatIsReleasedGoesWithItsCopies()
    {
        await _store.StoreAsync([.. Lines(0, 10), .. Lines(0, 5, Other)]);
        await _store.RollOverAsync();
        await Holds.AddAsync(Hold(Some.Lifetime), Never);
        await Holds.AddAsync(Hold(Other), Never);
        await DropOldestAsync();

        Assert.True(await Holds.ReleaseAsync(Some.Lifetime, Never));
        await RefreshAsync();

        Assert.All(await SearchAsync("*"), document => Assert.Equal(Other, document.Record.Lifetime));
        Assert.Equal(5, (await SearchAsync("*")).Count);
    }

    [Fact]
    public async Task WhatIsReadAgainAfterItsIndexWasDroppedIsFoundOnce()
    {
        await _store.StoreAsync([.. Kinds(50), .. Lines(0, 10), .. Lines(0, 5, Other)]);
        await _store.RollOverAsync();
        await Holds.AddAsync(Hold(Some.Lifetime), Never);
        await DropOldestAsync();

        await _store.ReplayAsync([.. Kinds(50), .. Lines(0, 12), .. Lines(0, 5, Other)]);

        var all = await SearchAsync("*");
        Assert.Equal((21, 21), (all.Count, all.Select(document => document.Id).Distinct().Count()));
        await AssertCountsAsync(all);
        await _store.RollOverAsync();
        await Holds.KeepAsync(Never);
        await RefreshAsync();
        AssertSame(all, await SearchAsync("*"));
        await DropOldestAsync();
        AssertSame(all.Where(document => document.Record.Lifetime == Some.Lifetime), await SearchAsync("*"));
    }

    [Fact]
    public async Task WhatIsLostInAnIndexThatIsThereIsStoredAgainThoughThereIsACopy()
    {
        await _store.StoreAsync(Lines(0, 10));
        await Holds.AddAsync(Hold(Some.Lifetime), Never);
        var lost = (await SearchAsync("event.sequence : 3")).Single();
        (await _store.SendAsync(HttpMethod.Post, $"/logs-telemetry.app-{Namespace}/_refresh")).Dispose();
        using var found = await _store.SendAsync(HttpMethod.Get, $"/logs-telemetry.app-{Namespace}/_search?size=1");
        var index = found.RootElement.GetProperty("hits").GetProperty("hits")[0].GetProperty("_index").GetString();
        (await _store.SendAsync(HttpMethod.Delete, $"/{index}/_doc/{lost.Id}?refresh=true")).Dispose();

        await _store.ReplayAsync(Lines(0, 10));
        await _store.RollOverAsync();
        await Holds.KeepAsync(Never);
        await RefreshAsync();

        Assert.Equal(Enumerable.Range(0, 10), (await SearchAsync("*")).Select(document => (int)document.Record.Seq).Order());
    }

    [Fact]
    public async Task AReleaseThatWasCutOffIsEndedByTheNextTurn()
    {
        await _store.StoreAsync(Lines(0, 10));
        await Holds.AddAsync(Hold(Some.Lifetime), Never);
        (await _store.SendAsync(HttpMethod.Post, $"/telemetry-holds-{Namespace}/_update/{Some.Lifetime}?refresh=true", new() { ["doc"] = new System.Text.Json.Nodes.JsonObject { ["released"] = true } })).Dispose();
        Assert.Empty(await Holds.ListAsync(Never));
        await Assert.ThrowsAsync<IOException>(() => Holds.AddAsync(Hold(Some.Lifetime), Never));

        Assert.Empty(await Holds.KeepAsync(Never));
        await RefreshAsync();

        using var left = await _store.SendAsync(HttpMethod.Get, $"/telemetry-held-{Namespace}/_count");
        Assert.Equal(0, left.RootElement.GetProperty("count").GetInt32());
        Assert.True(await Holds.AddAsync(Hold(Some.Lifetime), Never));
    }

    [Fact]
    public async Task WithoutItsTemplateNothingIsHeld()
    {
        await _store.SendAsync(HttpMethod.Delete, $"/_index_template/telemetry-held-{Namespace}");

        await Assert.ThrowsAsync<IOException>(() => Holds.AddAsync(Hold(Some.Lifetime), Never));

        Assert.Empty(await Holds.ListAsync(Never));
    }

    private static Hold Hold(LifetimeId lifetime) => new(lifetime, "an incident", "ada", 1);

    private static IEnumerable<Document> Lines(int first, int count, LifetimeId? lifetime = null) => Enumerable.Range(first, count).Select(seq =>
    {
        var document = new Document();
        document.Reset(new RecordId(lifetime ?? Some.Lifetime, Some.Stream, Some.Epoch, (ulong)seq), Some.TimeUnixUs + seq);
        document.Set(Fields.Timestamp, Some.TimeUnixUs + seq * 1_000_000L);
        document.Set(Fields.Message, $"line {seq}");
        document.Set(Fields.LogLevel, seq % 2 == 0 ? "info" : "error");
        return Identified.With(document);
    });

    // One of each data stream.
    private static IEnumerable<Document> Kinds(int first)
    {
        foreach (var (i, (dataset, lane, name)) in new[]
        {
            ("app", "bulk", "/var/log/a"), ("kernel", "bulk", "kmsg"), ("telemetry.lifecycle", "critical", "agent"), ("telemetry.crash", "critical", "agent"),
        }.Index())
        {
            var document = Lines(first + i, 1).Single();
            document.Set(Fields.EventDataset, dataset);
            document.Set(Fields.TelemetryLane, lane);
            document.Set(Fields.TelemetryStreamName, name);
            yield return document;
        }
    }

    private async Task<IReadOnlyList<StoredDocument>> SearchAsync(string query)
    {
        var result = await _store.Reader.SearchAsync(new SearchRequest(Some.Query(query), Limit: 1000), Never);
        Assert.Empty(result.Incomplete);
        Assert.Equal(result.Total, result.Hits.Count);
        return result.Hits;
    }

    private async Task AssertCountsAsync(IReadOnlyList<StoredDocument> expected)
    {
        var histogram = await _store.Reader.HistogramAsync(new HistogramRequest(Some.Query("*"), null, null), Never);
        Assert.Equal((expected.Count, expected.Count), (histogram.Total, histogram.Buckets.Sum(bucket => bucket.Count)));
        Assert.Equal(expected.Count(document => document.Text(Fields.LogLevel) == "error"), histogram.Buckets.Sum(bucket => bucket.ByLevel.GetValueOrDefault("error")));
    }

    // The same documents with the same fields: a copy is not told from its source.
    private static void AssertSame(IEnumerable<StoredDocument> expected, IEnumerable<StoredDocument> actual) =>
        Assert.Equal(expected.Select(Text), actual.Select(Text));

    private static string Text(StoredDocument document)
    {
        using var buffer = new MemoryStream();
        using (var json = new Utf8JsonWriter(buffer))
        {
            document.WriteTo(json);
        }

        return System.Text.Encoding.UTF8.GetString(buffer.ToArray());
    }

    private async Task RefreshAsync() => (await _store.SendAsync(HttpMethod.Post, $"/telemetry-held-{Namespace}/_refresh")).Dispose();

    private async Task DropOldestAsync()
    {
        await RefreshAsync();
        await _store.RollOverAsync();
        foreach (var index in await OldAsync())
        {
            (await _store.SendAsync(HttpMethod.Delete, $"/{index}")).Dispose();
        }
    }

    private async Task<List<string>> OldAsync()
    {
        List<string> old = [];
        foreach (var stream in (string[])["app", "kernel", "lifecycle", "crash"])
        {
            var answer = await _store.Client.SendAsync(
                new ElasticRequest(HttpMethod.Get, $"/_data_stream/logs-telemetry.{stream}-{Namespace}"), Never);
            if (answer.IsSuccess)
            {
                using var json = answer.Json();
                old.AddRange(json.RootElement.GetProperty("data_streams").EnumerateArray().SelectMany(
                    one => one.GetProperty("indices").EnumerateArray().Select(index => index.GetProperty("index_name").GetString()!).SkipLast(1)));
            }
        }

        return old;
    }

    private async Task<string?> OldestAsync() => (await OldAsync()).FirstOrDefault();

    private async Task<long> HeldSequenceAsync()
    {
        using var stats = await _store.SendAsync(HttpMethod.Get, $"/telemetry-held-{Namespace}/_stats/indexing,docs");
        return stats.RootElement.GetProperty("_all").GetProperty("primaries").GetProperty("indexing").GetProperty("index_total").GetInt64();
    }
}
