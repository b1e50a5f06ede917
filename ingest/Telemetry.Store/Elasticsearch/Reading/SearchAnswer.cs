using System.Text.Json;

namespace Telemetry.Store.Elasticsearch.Reading;

/// <summary>An answer to a search, and what it lacks. Empty where there is no index yet.</summary>
internal sealed class SearchAnswer : IDisposable
{
    private readonly JsonDocument? _json;

    private SearchAnswer(JsonDocument? json, List<string> incomplete) => (_json, Incomplete) = (json, incomplete);

    /// <summary>What could not be read, <c>INDEX[SHARD]: reason</c> each.</summary>
    public IReadOnlyList<string> Incomplete { get; }

    /// <summary>True when the point in time that was searched is no longer kept.</summary>
    public bool IsExpired { get; private init; }

    /// <summary>Id of the point in time from here on; null without one.</summary>
    public string? PointInTime => Root is { } root && root.TryGetProperty("pit_id"u8, out var id) ? id.GetString() : null;

    /// <summary>Exact number of matches.</summary>
    public long Total => Hits is { } hits && hits.TryGetProperty("total"u8, out var total) ? total.GetProperty("value"u8).GetInt64() : 0;

    private JsonElement? Root => _json?.RootElement;

    private JsonElement? Hits => Root is { } root && root.TryGetProperty("hits"u8, out var hits) ? hits : null;

    /// <summary>The hits of the page.</summary>
    public IEnumerable<JsonElement> Page => Hits is { } hits ? hits.GetProperty("hits"u8).EnumerateArray() : [];

    /// <summary>An aggregation; null when nothing was searched.</summary>
    public JsonElement? Aggregation(string name) =>
        Root is { } root && root.TryGetProperty("aggregations"u8, out var all) && all.TryGetProperty(name, out var one) ? one : null;

    /// <summary>Reads an answer.</summary>
    /// <exception cref="IOException">It says that nothing may or can be searched at all.</exception>
    public static SearchAnswer Read(ElasticResponse response)
    {
        if (response.IsSuccess)
        {
            return Read(response.Json());
        }

        using var json = response.Json();
        var error = json.RootElement.ValueKind == JsonValueKind.Object && json.RootElement.TryGetProperty("error"u8, out var found)
            && found.ValueKind == JsonValueKind.Object ? found : default;
        var type = error.ValueKind == JsonValueKind.Object && error.TryGetProperty("type"u8, out var text) ? text.GetString() : "";
        if (type == "index_not_found_exception")
        {
            return new SearchAnswer(null, []);
        }

        if (type == "search_context_missing_exception" || error.ValueKind == JsonValueKind.Object && IsContextMissing(error))
        {
            return new SearchAnswer(null, []) { IsExpired = true };
        }

        // All shards failed: the same as one of one.
        if (type == "search_phase_execution_exception")
        {
            var reasons = new List<string>();
            AddFailures(error, "failed_shards"u8, reasons);
            return new SearchAnswer(null, reasons.Count > 0 ? reasons : [$"search: {response.Problem()}"]);
        }

        throw response.Status is 429 or >= 500
            ? new ElasticUnavailableException($"Elasticsearch does not answer a search: {response.Problem()}.", mayBeApplied: false)
            : new IOException($"Elasticsearch refuses a search: {response.Problem()}.");
    }

    /// <summary>Takes an answer over.</summary>
    public static SearchAnswer Read(JsonDocument json)
    {
        var incomplete = new List<string>();
        var root = json.RootElement;
        if (root.TryGetProperty("timed_out"u8, out var timedOut) && timedOut.ValueKind == JsonValueKind.True)
        {
            incomplete.Add("search: the time was up before all was searched");
        }

        if (root.TryGetProperty("_shards"u8, out var shards))
        {
            AddFailures(shards, "failures"u8, incomplete);
            if (incomplete.Count == 0 && shards.TryGetProperty("failed"u8, out var failed) && failed.GetInt32() > 0)
            {
                incomplete.Add($"search: {failed.GetInt32()} shards could not be searched");
            }
        }

        return new SearchAnswer(json, incomplete);
    }

    public void Dispose() => _json?.Dispose();

    private static bool IsContextMissing(JsonElement error) =>
        error.TryGetProperty("root_cause"u8, out var causes) && causes.ValueKind == JsonValueKind.Array
        && causes.EnumerateArray().Any(cause => cause.TryGetProperty("type"u8, out var type)
            && type.ValueEquals("search_context_missing_exception"u8));

    private static void AddFailures(JsonElement parent, ReadOnlySpan<byte> name, List<string> reasons)
    {
        if (!parent.TryGetProperty(name, out var failures) || failures.ValueKind != JsonValueKind.Array)
        {
            return;
        }

        foreach (var failure in failures.EnumerateArray())
        {
            var index = failure.TryGetProperty("index"u8, out var indexName) ? indexName.GetString() : "search";
            var shard = failure.TryGetProperty("shard"u8, out var number) ? number.ToString() : "?";
            var reason = failure.TryGetProperty("reason"u8, out var why) ? Reason(why) : "not told";
            reasons.Add($"{index}[{shard}]: {ElasticResponse.Shorten(reason)}");
        }
    }

    // The innermost cause says the most.
    private static string Reason(JsonElement reason)
    {
        while (reason.TryGetProperty("caused_by"u8, out var cause) && cause.ValueKind == JsonValueKind.Object)
        {
            reason = cause;
        }

        var type = reason.TryGetProperty("type"u8, out var name) ? name.GetString()! : "";
        return reason.TryGetProperty("reason"u8, out var text) && text.ToString() is { Length: > 0 } why ? $"{type}: {why}" : type;
    }
}
