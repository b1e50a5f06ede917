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

    private static PurgeRequest Request(string query) => new(Some.Query(query), null, null, Some.TimeUnixUs);

    private static Document Document(int i) => Identified.Document((ulong)i, i % 3 == 0 ? $"password hunter2 {i}" : $"request {i}");

    private static async Task<long> CountAsync(ElasticContractStore store, string query)
    {
        var result = await store.Reader.SearchAsync(new SearchRequest(Some.Query(query), Limit: 0), Never);
        Assert.Empty(result.Incomplete);
        return result.Total;
    }
}
