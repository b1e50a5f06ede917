using System.Text.Json;
using System.Text.Json.Nodes;
using Telemetry.Query;

namespace Telemetry.Store.Elasticsearch.Reading;

/// <summary>
/// Follows what is stored, shard by shard, by the sequence numbers that Elasticsearch gives to documents in the order in which it
/// indexes them; no clock of anybody's is trusted. A document is seen once it is refreshed. A number that is missing below others is
/// under way, and nothing behind it is given out until it is there, for 5 s at most: what takes longer between its number and its
/// being searchable, while others overtake it, is the one thing that is missed.
/// <para>Of each data stream the backing indices from the oldest unfinished one on are followed, so that a rollover loses nothing.
/// Order between shards is that of the time on the bus. The right to <c>view_index_metadata</c> is needed beside <c>read</c>.</para>
/// </summary>
internal sealed class FollowQuery(
    DocumentSearcher searcher, KqlNode query, int limit, DateTimeOffset now, CancellationToken cancel)
{
    private const int Generations = 2;

    // Where the query is matched here, so many are looked at, whatever the page.
    private const int MatchedHere = 500;

    public async Task<Arrivals> RunAsync(string? after)
    {
        var shards = await ShardsAsync().ConfigureAwait(false);
        return after is not null && FollowCursor.TryParse(after, out var places)
            ? await FollowAsync(Followed(shards, places)).ConfigureAwait(false)
            : new Arrivals([], FollowCursor.Format(await EndAsync(Latest(shards)).ConfigureAwait(false)));
    }

    private async Task<List<ShardName>> ShardsAsync()
    {
        var path = $"/{searcher.Streams}/_search_shards?ignore_unavailable=true&filter_path=shards.index,shards.shard";
        using var json = await searcher.GetAsync(path, cancel).ConfigureAwait(false);
        return json is not null && json.RootElement.TryGetProperty("shards"u8, out var groups)
            ? [.. groups.EnumerateArray().Where(group => group.GetArrayLength() > 0).Select(group =>
                new ShardName(group[0].GetProperty("index"u8).GetString()!, group[0].GetProperty("shard"u8).GetInt32()))]
            : [];
    }

    private static IEnumerable<ShardName> Latest(IEnumerable<ShardName> shards) => shards
        .GroupBy(shard => shard.Family, StringComparer.Ordinal)
        .SelectMany(family => family.GroupBy(shard => shard.Generation).OrderByDescending(generation => generation.Key).Take(Generations))
        .SelectMany(generation => generation);

    // What is not in the cursor has come into being since, unless it is older than what is.
    private static Dictionary<ShardName, ShardPlace> Followed(List<ShardName> shards, Dictionary<ShardName, ShardPlace> places)
    {
        var oldest = places.Keys.GroupBy(shard => shard.Family, StringComparer.Ordinal)
            .ToDictionary(family => family.Key, family => family.Min(shard => shard.Generation), StringComparer.Ordinal);
        return shards.Where(shard => shard.Generation >= oldest.GetValueOrDefault(shard.Family))
            .ToDictionary(shard => shard, shard => places.TryGetValue(shard, out var place) ? place : new ShardPlace(0));
    }

    private async Task<Dictionary<ShardName, ShardPlace>> EndAsync(IEnumerable<ShardName> shards)
    {
        List<ShardName> asked = [.. shards];
        var ends = asked.ToDictionary(shard => shard, _ => new ShardPlace(0));
        var answers = await AskAsync(asked, _ => ShardFollower.Last()).ConfigureAwait(false);
        for (var i = 0; i < answers.Count; i++)
        {
            using var answer = answers[i];
            foreach (var hit in answer.Page)
            {
                ends[asked[i]] = new ShardPlace(ShardFollower.NumberOf(hit) + 1);
            }
        }

        return ends;
    }

    private async Task<Arrivals> FollowAsync(Dictionary<ShardName, ShardPlace> places)
    {
        List<ShardName> shards = [.. places.Keys];
        var (plan, matcher) = Plan(await searcher.Types.GetAsync(query, cancel).ConfigureAwait(false));
        var size = matcher is null ? limit : Math.Max(limit, MatchedHere);
        var answers = await AskAsync(shards, shard =>
        {
            var search = ShardFollower.Search(places[shard], plan.Filter.DeepClone().AsObject(), size);
            plan.Declare(search);
            return search;
        }).ConfigureAwait(false);

        var follower = new ShardFollower(searcher, now, cancel);
        var queues = new List<ShardQueue>();
        for (var i = 0; i < answers.Count; i++)
        {
            using var answer = answers[i];
            var news = await follower.ReadAsync(shards[i], places[shards[i]], answer).ConfigureAwait(false);
            queues.Add(new ShardQueue(
                shards[i], news.End, isWhole: news.Hits.Count < size, news.Hits.Select(hit => (hit.Number, Read(hit.Hit, plan.Types, matcher)))));
        }

        var documents = ShardQueue.Merge(queues, limit);
        queues.ForEach(queue => places[queue.Shard] = queue.Place);
        return new Arrivals(documents, FollowCursor.Format(
            Unfinished(places, queues.Where(queue => !queue.IsFinished).Select(queue => queue.Shard))));
    }

    // Values that have to be asked for first are not known of documents that come only now: those queries are matched here.
    private (QueryPlan Plan, KqlMatcher? Matcher) Plan(FieldTyping types)
    {
        var nowUnixUs = now.ToUnixTimeMilliseconds() * 1000;
        if (!QueryTranslator.NeedsLabelNames(query)
            && QueryTranslator.Translate(query, nowUnixUs, [], types) is { Expansions.Count: 0 } plan)
        {
            return (plan, null);
        }

        return (new QueryPlan { Types = types }, KqlMatcher.Compile(query, types, nowUnixUs));
    }

    private static StoredDocument? Read(JsonElement hit, FieldTyping types, KqlMatcher? matcher) =>
        HitReader.ReadAll([hit], types, []) is [var document] && (matcher is null || matcher.Matches(new StoredValues(document, types)))
            ? document : null;

    // An index behind the latest two is left when nothing of it waits.
    private static Dictionary<ShardName, ShardPlace> Unfinished(
        Dictionary<ShardName, ShardPlace> places, IEnumerable<ShardName> waiting)
    {
        HashSet<ShardName> kept = [.. Latest(places.Keys), .. waiting];
        return places.Where(place => kept.Contains(place.Key) || place.Value.Gap >= 0).ToDictionary();
    }

    private async Task<IReadOnlyList<SearchAnswer>> AskAsync(List<ShardName> shards, Func<ShardName, JsonObject> search) =>
        shards.Count == 0 ? []
            : await searcher.SearchAllAsync(shards.Select(shard => (ShardFollower.Header(shard), search(shard))), cancel).ConfigureAwait(false);
}
