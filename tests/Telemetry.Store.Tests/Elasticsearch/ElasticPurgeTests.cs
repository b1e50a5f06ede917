using Telemetry.Query;
using Telemetry.Store.Elasticsearch.Care;
using Telemetry.Store.Purging;
using Telemetry.Store.Tests.Contract;
using Telemetry.Store.Tests.Documents;

namespace Telemetry.Store.Tests.Elasticsearch;

/// <summary>On the real server.</summary>
public sealed class ElasticPurgeTests(SharedElasticsearch shared)
{
    private static readonly CancellationToken Never = CancellationToken.None;

    [Fact]
    public async Task WhatMatchesIsDeletedFromEveryBackingIndexAndNothingElse()
    {
        await using var store = await ElasticContractStore.CreateAsync(shared);
        await store.StoreAsync(Enumerable.Range(0, 1500).Select(i => Document(i)));
        await store.RollOverAsync();
        await store.StoreAsync(Enumerable.Range(1500, 1500).Select(i => Document(i)));
        var purge = new ElasticPurge(store.Client);

        var found = await purge.FindAsync(Request("message : hunter2"), Never);
        Assert.Empty(found.Incomplete);
        Assert.Equal((3000, 1000), (await CountAsync(store, "*"), found.Documents.Count));
        Assert.Equal(2, found.Documents.Select(document => document.Index).Distinct().Count());
        Assert.Empty(await purge.DeleteAsync(found, Never));

        Assert.Equal((2000, 0), (await CountAsync(store, "*"), await CountAsync(store, "message : hunter2")));

        // Once more finds nothing, and deleting what is gone is no failure.
        Assert.Empty((await purge.FindAsync(Request("message : hunter2"), Never)).Documents);
        Assert.Empty(await purge.DeleteAsync(found, Never));
    }

    [Fact]
    public async Task OnlyTheRangeIsFound()
    {
        await using var store = await ElasticContractStore.CreateAsync(shared);
        await store.StoreAsync(Enumerable.Range(0, 10).Select(i => Document(i)));

        var found = await new ElasticPurge(store.Client).FindAsync(
            new PurgeRequest(new MatchAll(), Some.TimeUnixUs + 3000, Some.TimeUnixUs + 5000, Some.TimeUnixUs), Never);

        Assert.Equal([3, 4], found.Documents.Select(document => (int)document.Record.Seq).Order());
    }

    [Fact]
    public async Task AStoreWithNothingInItHasNothingToPurge()
    {
        await using var store = await ElasticContractStore.CreateAsync(shared);
        var purge = new ElasticPurge(store.Client);

        var found = await purge.FindAsync(Request("*"), Never);

        Assert.Empty(found.Documents);
        Assert.Empty(await purge.DeleteAsync(found, Never));
    }

    [Fact]
    public async Task NotesAreKeptInOrderForWhoeverReadsThem()
    {
        await using var store = await ElasticContractStore.CreateAsync(shared);
        var notes = new ElasticPurgeNotes(store.Client);
        Assert.Equal((0, 0L), (await notes.ReadAsync(0, Never) is var (none, at) ? (none.Count, at) : default));
        await store.StoreAsync(Enumerable.Range(0, 20).Select(i => Document(i)));
        var found = await new ElasticPurge(store.Client).FindAsync(Request("message : hunter2"), Never);

        await notes.KeepAsync(found.Notes("first", 1), Never);
        var (first, next) = await new ElasticPurgeNotes(store.Client).ReadAsync(0, Never);
        await notes.KeepAsync(found.Notes("second", 2), Never);
        var (second, end) = await notes.ReadAsync(next, Never);

        var note = Assert.Single(first);
        Assert.Equal(("first", 1L), (note.Detail, note.AtUnixUs));
        Assert.Equal([0, 3, 6, 9, 12, 15, 18], note.Records.Select(range => (int)range.First));
        Assert.All(note.Records, range => Assert.Equal(1UL, range.Count));
        Assert.Equal(found.Notes("first", 1).Single().Stream, note.Stream);
        Assert.Empty(note.Crashes);
        Assert.Equal("second", Assert.Single(second).Detail);
        Assert.Empty((await notes.ReadAsync(end, Never)).Notes);
    }

    [Fact]
    public async Task WithoutTheirTemplateNoNotesAreKept()
    {
        await using var store = await ElasticContractStore.CreateAsync(shared);
        await store.StoreAsync([Document(0)]);
        var found = await new ElasticPurge(store.Client).FindAsync(Request("message : hunter2"), Never);
        (await store.SendAsync(HttpMethod.Delete, $"/_index_template/telemetry-purged-{store.Client.Options.Namespace}")).Dispose();

        await Assert.ThrowsAsync<IOException>(() => new ElasticPurgeNotes(store.Client).KeepAsync(found.Notes("x", 1), Never));
    }

    private static PurgeRequest Request(string query) => new(Some.Query(query), null, null, Some.TimeUnixUs);

    private static Document Document(int i) => Identified.Document((ulong)i, i % 3 == 0 ? $"password hunter2 {i}" : $"request {i}");

    private static async Task<long> CountAsync(ElasticContractStore store, string query)
    {
        var result = await store.Reader.SearchAsync(new SearchRequest(Some.Query(query), Limit: 0), Never);
        Assert.Empty(result.Incomplete);
        return result.Total;
    }
}
