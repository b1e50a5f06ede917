using System.Text.Json;
using System.Text.Json.Nodes;

namespace Telemetry.Store.Elasticsearch.Reading;

/// <summary>Counts matches by time and level. Where an end of the range is not given, the matches are asked for it first.</summary>
internal sealed class CountQuery(DocumentSearcher searcher, PointInTime at, int buckets, long nowUnixUs, CancellationToken cancel)
{
    // Levels are what lines say; beyond these a level counts as none.
    private const int MaxLevels = 64;

    private readonly List<string> _incomplete = [];

    public async Task<Histogram> RunAsync(HistogramRequest request)
    {
        var within = DateClause.Within(Fields.Timestamp.Name, request.SinceUnixUs, request.UntilUnixUs);
        var plan = await searcher.PlanAsync(request.Query, within, nowUnixUs, at, _incomplete, cancel).ConfigureAwait(false);
        var filter = Dsl.And([within, plan.Filter]);
        var range = await RangeAsync(request, plan, filter).ConfigureAwait(false);
        if (range.Min > range.Max)
        {
            return new Histogram(0, BucketWidth.Smallest, 0, []) { Incomplete = [.. _incomplete.Distinct()] };
        }

        var width = BucketWidth.For(range, buckets);
        var first = BucketWidth.Index(range.Min, width);
        var result = new HistogramBucket[BucketWidth.Index(range.Max, width) - first + 1];
        Array.Fill(result, new HistogramBucket(0, new Dictionary<string, long>()));
        var search = Search(filter, new JsonObject
        {
            ["times"] = new JsonObject
            {
                ["date_histogram"] = new JsonObject
                {
                    ["field"] = Fields.Timestamp.Name, ["fixed_interval"] = $"{width / 1_000_000}s", ["min_doc_count"] = 1,
                },
                ["aggs"] = new JsonObject
                {
                    ["levels"] = new JsonObject
                    {
                        ["terms"] = new JsonObject { ["field"] = Fields.LogLevel.Name, ["size"] = MaxLevels, ["missing"] = "" },
                    },
                },
            },
        });
        plan.Declare(search);
        using var answer = await SearchAsync(search).ConfigureAwait(false);
        if (answer.Aggregation("times") is { } times)
        {
            foreach (var bucket in times.GetProperty("buckets"u8).EnumerateArray())
            {
                var index = BucketWidth.Index(bucket.GetProperty("key"u8).GetInt64() * 1000, width) - first;
                if (index >= 0 && index < result.Length)
                {
                    result[index] = Bucket(bucket);
                }
            }
        }

        return new Histogram(first * width, width, answer.Total, result) { Incomplete = [.. _incomplete.Distinct()] };
    }

    private static HistogramBucket Bucket(JsonElement bucket)
    {
        var count = bucket.GetProperty("doc_count"u8).GetInt64();
        var byLevel = new Dictionary<string, long>(StringComparer.Ordinal);
        foreach (var level in bucket.GetProperty("levels"u8).GetProperty("buckets"u8).EnumerateArray())
        {
            byLevel[level.GetProperty("key"u8).GetString()!] = level.GetProperty("doc_count"u8).GetInt64();
        }

        if (count - byLevel.Values.Sum() is var others and > 0)
        {
            byLevel[""] = byLevel.GetValueOrDefault("") + others;
        }

        return new HistogramBucket(count, byLevel);
    }

    private async Task<Range> RangeAsync(HistogramRequest request, QueryPlan plan, JsonObject filter)
    {
        var range = Range.Empty;
        if (request.SinceUnixUs is { } since)
        {
            range = range.With(Math.Clamp(since, BucketWidth.MinUnixUs, BucketWidth.MaxUnixUs));
        }

        if (request.UntilUnixUs is { } until)
        {
            range = range.With(Math.Clamp(until, BucketWidth.MinUnixUs + 1, BucketWidth.MaxUnixUs) - 1);
        }

        if (request is { SinceUnixUs: not null, UntilUnixUs: not null })
        {
            return range;
        }

        // Milliseconds, rounded down, are enough for buckets of seconds.
        var search = Search(filter, new JsonObject { ["first"] = Edge("min"), ["last"] = Edge("max") });
        plan.Declare(search);
        using var answer = await SearchAsync(search).ConfigureAwait(false);
        foreach (var edge in (string[])["first", "last"])
        {
            if (answer.Aggregation(edge) is { } found && found.GetProperty("value"u8) is { ValueKind: JsonValueKind.Number } value)
            {
                range = range.With((long)Math.Floor(value.GetDouble()) * 1000);
            }
        }

        return range;
    }

    private static JsonObject Edge(string kind) =>
        new() { [kind] = new JsonObject { ["field"] = Fields.Timestamp.Name } };

    private static JsonObject Search(JsonObject filter, JsonObject aggregations) => new()
    {
        ["size"] = 0, ["query"] = filter.DeepClone(), ["aggs"] = aggregations, ["track_total_hits"] = true,
    };

    private async Task<SearchAnswer> SearchAsync(JsonObject search)
    {
        var answer = await searcher.SearchAsync(search, at, cancel).ConfigureAwait(false);
        _incomplete.AddRange(answer.Incomplete);
        return answer;
    }
}
