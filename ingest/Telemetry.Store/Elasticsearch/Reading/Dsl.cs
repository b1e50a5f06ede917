using System.Text.Json.Nodes;

namespace Telemetry.Store.Elasticsearch.Reading;

/// <summary>Clauses of Elasticsearch's query language. Nothing is ranked: every clause stands where no score is computed.</summary>
internal static class Dsl
{
    public static JsonObject All() => new() { ["match_all"] = new JsonObject() };

    public static JsonObject None() => new() { ["match_none"] = new JsonObject() };

    public static bool IsAll(JsonObject clause) => clause.ContainsKey("match_all");

    public static bool IsNone(JsonObject clause) => clause.ContainsKey("match_none");

    public static JsonObject Term(string field, JsonNode value) => Leaf("term", field, value);

    public static JsonObject Terms(string field, JsonArray values) => Leaf("terms", field, values);

    public static JsonObject Prefix(string field, string value) => Leaf("prefix", field, value);

    public static JsonObject Exists(string field) => new() { ["exists"] = new JsonObject { ["field"] = field } };

    public static JsonObject Range(string field, params ReadOnlySpan<(string Bound, JsonNode Value)> bounds)
    {
        var range = new JsonObject();
        foreach (var (bound, value) in bounds)
        {
            range[bound] = value;
        }

        return Leaf("range", field, range);
    }

    /// <summary>The pieces with anything between them.</summary>
    public static JsonObject Wildcard(string field, IReadOnlyList<string> pieces) =>
        Leaf("wildcard", field, string.Join('*', pieces.Select(EscapeWildcard)));

    public static JsonObject Not(JsonObject clause) =>
        IsNone(clause) ? All() : IsAll(clause) ? None() : Bool("must_not", [clause]);

    public static JsonObject And(IEnumerable<JsonObject> clauses)
    {
        JsonObject[] needed = [.. clauses.Where(clause => !IsAll(clause))];
        return Array.Exists(needed, IsNone) ? None()
            : needed.Length switch { 0 => All(), 1 => needed[0], _ => Bool("filter", needed) };
    }

    public static JsonObject Or(IEnumerable<JsonObject> clauses)
    {
        JsonObject[] possible = [.. clauses.Where(clause => !IsNone(clause))];
        return Array.Exists(possible, IsAll) ? All()
            : possible.Length switch { 0 => None(), 1 => possible[0], _ => Bool("should", possible) };
    }

    public static JsonObject Leaf(string query, string field, JsonNode value) =>
        new() { [query] = new JsonObject { [field] = value } };

    /// <summary>One field of a sort; its value in a hit is what <c>search_after</c> takes.</summary>
    public static JsonObject Sorted(string field, bool descending, string? type = null)
    {
        var how = new JsonObject { ["order"] = descending ? "desc" : "asc" };
        if (type == "date_nanos")
        {
            // Without a format the value is a number of nanoseconds that would be read back as milliseconds.
            how["format"] = "strict_date_optional_time_nanos";
            how["numeric_type"] = type;
        }

        if (type is not null)
        {
            how["unmapped_type"] = type;
        }

        return new JsonObject { [field] = how };
    }

    private static JsonObject Bool(string occurrence, JsonObject[] clauses) =>
        new() { ["bool"] = new JsonObject { [occurrence] = new JsonArray([.. clauses]) } };

    private static string EscapeWildcard(string piece) => piece
        .Replace("\\", "\\\\", StringComparison.Ordinal)
        .Replace("*", "\\*", StringComparison.Ordinal)
        .Replace("?", "\\?", StringComparison.Ordinal);
}
