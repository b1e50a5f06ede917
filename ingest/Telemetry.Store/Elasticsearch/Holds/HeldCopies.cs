using System.Text.Json;
using System.Text.Json.Nodes;
using Telemetry.Store.Elasticsearch.Reading;
using Telemetry.Store.Elasticsearch.Templates;
using Telemetry.Wire;

namespace Telemetry.Store.Elasticsearch.Holds;

/// <summary>
/// Keeps the copies of what is held the same as what they were copied from, as long as that is there. Whether they differ is told by the
/// number of documents of a lifetime in each index and the sum of their numbers, so that what is the same costs one search. A copy whose
/// source was purged meanwhile is deleted; one whose index has been dropped stays: that is what it is for.
/// </summary>
internal sealed class HeldCopies(ElasticClient client)
{
    private const int PageHits = 1000;
    private const int PageIds = 5000;
    private const int MaxAtOnce = 50;
    private const int MaxIndexes = 1000;
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(60);

    private readonly DocumentSearcher _searcher = new(client);
    private readonly HeldBulk _bulk = new(client);
    private readonly string _held = new DataStreamNames(client.Options.Namespace).Held;

    /// <summary>Copies what is missing and deletes what is too much.</summary>
    /// <param name="lifetimes">Whose documents.</param>
    /// <param name="withNewest">Also of the indices that are written, of which no lifecycle drops one.</param>
    /// <param name="cancel">Leaves the rest to the next call.</param>
    /// <exception cref="IOException">Not all of it could be done.</exception>
    public async Task CompleteAsync(IReadOnlyList<LifetimeId> lifetimes, bool withNewest, CancellationToken cancel)
    {
        if (lifetimes.Count == 0)
        {
            return;
        }

        await RefreshAsync(cancel).ConfigureAwait(false);
        var at = await _searcher.OpenAsync(cancel).ConfigureAwait(false);
        try
        {
            await _searcher.LookAsync(at, cancel).ConfigureAwait(false);
            var sources = (at.Indexes ?? throw Expired()).Where(index => index != _held).ToHashSet(StringComparer.Ordinal);
            if (!withNewest)
            {
                sources.ExceptWith(await NewestAsync(cancel).ConfigureAwait(false));
            }

            foreach (var chunk in lifetimes.Chunk(MaxAtOnce))
            {
                foreach (var difference in await DifferencesAsync(chunk, sources, at, cancel).ConfigureAwait(false))
                {
                    await LevelAsync(difference, at, cancel).ConfigureAwait(false);
                }
            }
        }
        finally
        {
            await _searcher.CloseAsync(at.Id).ConfigureAwait(false);
        }
    }

    /// <summary>Deletes all copies of a lifetime.</summary>
    /// <exception cref="IOException">Some may be left.</exception>
    public async Task DeleteAsync(LifetimeId lifetime, CancellationToken cancel)
    {
        await RefreshAsync(cancel).ConfigureAwait(false);
        var at = await _searcher.OpenAsync(cancel).ConfigureAwait(false);
        try
        {
            var copies = Dsl.And([Dsl.Term("_index", _held), Of(lifetime)]);
            await foreach (var page in PagesAsync(copies, withSource: false, at, cancel).ConfigureAwait(false))
            {
                await _bulk.DeleteAsync(page.Select(Id), cancel).ConfigureAwait(false);
            }
        }
        finally
        {
            await _searcher.CloseAsync(at.Id).ConfigureAwait(false);
        }
    }

    private Task RefreshAsync(CancellationToken cancel) => client.SendAsync(
        HttpMethod.Post, $"/{_searcher.Everything}/_refresh?ignore_unavailable=true", default, Deadline, cancel);

    // Those that are empty count: the one before is written no more.
    private async Task<IEnumerable<string>> NewestAsync(CancellationToken cancel)
    {
        var path = $"/{_searcher.Streams}/_search_shards?ignore_unavailable=true&filter_path=shards.index";
        using var json = await _searcher.GetAsync(path, cancel).ConfigureAwait(false);
        return json is null || !json.RootElement.TryGetProperty("shards"u8, out var groups) ? [] :
        [
            .. groups.EnumerateArray().Where(group => group.GetArrayLength() > 0)
                .Select(group => new ShardName(group[0].GetProperty("index"u8).GetString()!, 0))
                .GroupBy(shard => shard.Family, StringComparer.Ordinal)
                .Select(family => family.MaxBy(shard => shard.Generation).Index),
        ];
    }

    private async Task<List<HeldDifference>> DifferencesAsync(
        LifetimeId[] lifetimes, HashSet<string> sources, PointInTime at, CancellationToken cancel)
    {
        static JsonObject By(string field, int size, JsonObject aggregations) => new()
        {
            ["terms"] = new JsonObject { ["field"] = field, ["size"] = size }, ["aggs"] = aggregations,
        };
        static JsonObject Sum() => new() { ["sum"] = new JsonObject { ["sum"] = new JsonObject { ["field"] = Fields.EventSequence.Name } } };
        var search = new JsonObject
        {
            ["size"] = 0,
            ["query"] = Dsl.Terms(Fields.LifetimeIdField.Name, [.. lifetimes.Select(lifetime => JsonValue.Create(lifetime.ToString()))]),
            ["aggs"] = new JsonObject
            {
                ["lifetimes"] = By(Fields.LifetimeIdField.Name, MaxAtOnce, new JsonObject
                {
                    ["sources"] = By("_index", MaxIndexes, Sum()),
                    ["copies"] = By(HoldMappings.HeldFrom, MaxIndexes, Sum()),
                }),
            },
        };
        using var answer = await AskAsync(search, at, cancel).ConfigureAwait(false);
        return answer.Aggregation("lifetimes") is { } found
            ? [.. HeldDifference.Read(found).Where(difference => sources.Contains(difference.Index))]
            : [];
    }

    /// <summary>Makes the copies of a lifetime's documents in one index the same as these.</summary>
    private async Task LevelAsync(HeldDifference difference, PointInTime at, CancellationToken cancel)
    {
        HashSet<string> ids = new(StringComparer.Ordinal);
        var sources = Dsl.And([Dsl.Term("_index", difference.Index), Of(difference.Lifetime)]);
        var copying = Task.CompletedTask;
        await foreach (var page in PagesAsync(sources, withSource: true, at, cancel).ConfigureAwait(false))
        {
            // While one page is written the next is read.
            await copying.ConfigureAwait(false);
            copying = _bulk.CreateAsync(page, cancel);
            if (difference.IsTooMuch)
            {
                ids.UnionWith(page.Select(Id));
            }
        }

        await copying.ConfigureAwait(false);
        if (!difference.IsTooMuch)
        {
            return;
        }

        var copies = Dsl.And([Dsl.Term(HoldMappings.HeldFrom, difference.Index), Of(difference.Lifetime)]);
        await foreach (var page in PagesAsync(copies, withSource: false, at, cancel).ConfigureAwait(false))
        {
            await _bulk.DeleteAsync(page.Select(Id).Where(id => !ids.Contains(id)), cancel).ConfigureAwait(false);
        }
    }

    private async IAsyncEnumerable<List<JsonElement>> PagesAsync(
        JsonObject query, bool withSource, PointInTime at,
        [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancel)
    {
        for (JsonArray? after = null; ;)
        {
            var search = new JsonObject
            {
                ["size"] = withSource ? PageHits : PageIds,
                ["query"] = query.DeepClone(),
                ["sort"] = new JsonArray(new JsonObject { ["_shard_doc"] = "asc" }),
                ["track_total_hits"] = false,
                ["_source"] = withSource,
            };
            if (after is not null)
            {
                search["search_after"] = after;
            }

            using var answer = await AskAsync(search, at, cancel).ConfigureAwait(false);
            List<JsonElement> hits = [.. answer.Page];
            if (hits.Count == 0)
            {
                yield break;
            }

            yield return hits;
            after = [.. hits[^1].GetProperty("sort"u8).EnumerateArray().Select(value => JsonNode.Parse(value.GetRawText()))];
        }
    }

    // What is not seen would be taken for purged.
    private async Task<SearchAnswer> AskAsync(JsonObject search, PointInTime at, CancellationToken cancel)
    {
        var answer = await _searcher.SearchCopiesAsync(search, at, cancel).ConfigureAwait(false);
        if (!answer.IsExpired && answer.Incomplete.Count == 0)
        {
            return answer;
        }

        using (answer)
        {
            throw answer.IsExpired ? Expired() : new IOException($"What is held cannot be compared: {answer.Incomplete[0]}.");
        }
    }

    private static IOException Expired() => new("What is held cannot be compared: Elasticsearch ended the point in time.");

    private static JsonObject Of(LifetimeId lifetime) => Dsl.Term(Fields.LifetimeIdField.Name, lifetime.ToString());

    private static string Id(JsonElement hit) => hit.GetProperty("_id"u8).GetString()!;
}
