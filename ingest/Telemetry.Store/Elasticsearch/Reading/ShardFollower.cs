using System.Text.Json;
using System.Text.Json.Nodes;

namespace Telemetry.Store.Elasticsearch.Reading;

/// <summary>What one shard has beyond a place.</summary>
/// <param name="Hits">Matches up to <paramref name="End"/>, with their sequence numbers, ascending.</param>
/// <param name="End">Where to go on when all hits are taken.</param>
internal sealed record ShardNews(IReadOnlyList<(long Number, JsonElement Hit)> Hits, ShardPlace End);

/// <summary>Judges which documents of a shard have arrived for good.</summary>
internal sealed class ShardFollower(DocumentSearcher searcher, DateTimeOffset now, CancellationToken cancel)
{
    private const string SequenceNumber = "_seq_no";
    private const int MaxWalk = 10_000;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    /// <summary>Asks for matches beyond the place, and for what is there whether it matches or not.</summary>
    public static JsonObject Search(ShardPlace place, JsonObject matches, int size) => new()
    {
        ["query"] = Dsl.Range(SequenceNumber, ("gte", place.Next)),
        ["post_filter"] = matches,
        ["sort"] = new JsonArray(Dsl.Sorted(SequenceNumber, descending: false)),
        ["size"] = size,
        ["track_total_hits"] = false,
        ["aggs"] = new JsonObject
        {
            ["last"] = new JsonObject { ["max"] = new JsonObject { ["field"] = SequenceNumber } },
            ["count"] = new JsonObject { ["value_count"] = new JsonObject { ["field"] = SequenceNumber } },
        },
    };

    /// <summary>Asks for the last sequence number.</summary>
    public static JsonObject Last() => new()
    {
        ["sort"] = new JsonArray(Dsl.Sorted(SequenceNumber, descending: true)),
        ["size"] = 1, ["_source"] = false, ["track_total_hits"] = false,
    };

    public static JsonObject Header(ShardName shard) => new()
    {
        ["index"] = shard.Index, ["preference"] = $"_shards:{shard.Number}", ["ignore_unavailable"] = true,
    };

    public static long NumberOf(JsonElement hit) => hit.GetProperty("sort"u8)[0].GetInt64();

    /// <summary>Reads the answer to <see cref="Search"/>.</summary>
    public async Task<ShardNews> ReadAsync(ShardName shard, ShardPlace place, SearchAnswer answer)
    {
        var count = answer.Aggregation("count") is { } counted ? counted.GetProperty("value"u8).GetInt64() : 0;
        if (count == 0 || answer.Incomplete.Count > 0)
        {
            return new ShardNews([], place);
        }

        var last = (long)answer.Aggregation("last")!.Value.GetProperty("value"u8).GetDouble();
        var end = last - place.Next + 1 == count
            ? new ShardPlace(last + 1)
            : await WalkAsync(shard, place).ConfigureAwait(false);
        return new ShardNews(
            [.. answer.Page.Select(hit => (NumberOf(hit), hit)).Where(hit => hit.Item1 < end.Next)], end);
    }

    // Some number is missing. It may be under way still, so it is waited for; one that nothing will fill is passed in the end.
    private async Task<ShardPlace> WalkAsync(ShardName shard, ShardPlace place)
    {
        var search = new JsonObject
        {
            ["query"] = Dsl.Range(SequenceNumber, ("gte", place.Next)),
            ["sort"] = new JsonArray(Dsl.Sorted(SequenceNumber, descending: false)),
            ["size"] = MaxWalk, ["_source"] = false, ["track_total_hits"] = false,
        };
        var answers = await searcher.SearchAllAsync([(Header(shard), search)], cancel).ConfigureAwait(false);
        if (answers is not [var answer])
        {
            return place;
        }

        using (answer)
        {
            var nowUnixMs = now.ToUnixTimeMilliseconds();
            var isPatient = nowUnixMs - place.GapUnixMs < Patience.TotalMilliseconds;
            var expected = place.Next;
            foreach (var number in answer.Page.Select(NumberOf))
            {
                if (number != expected && (expected != place.Gap || isPatient))
                {
                    return new ShardPlace(expected, expected, expected == place.Gap ? place.GapUnixMs : nowUnixMs);
                }

                expected = number + 1;
            }

            return new ShardPlace(expected);
        }
    }
}
