using System.Text.Json.Nodes;

namespace Telemetry.Store.Elasticsearch.Reading;

/// <summary>
/// Ranges of time on fields of nanoseconds, which hold the years 1970 to 2262: bounds beyond are an error to Elasticsearch, and here
/// the end of what can be.
/// </summary>
internal static class DateClause
{
    private const long MaxUnixUs = long.MaxValue / 1000;

    /// <summary>Both ends included.</summary>
    public static JsonObject Between(string field, long minUnixUs, long maxUnixUs)
    {
        var (min, max) = (Math.Max(minUnixUs, 0), Math.Min(maxUnixUs, MaxUnixUs));
        return min > max ? Dsl.None() : Dsl.Range(field, ("gte", Text(min)), ("lte", Text(max)));
    }

    /// <summary>The range of a request, which excludes its end; where neither is given, everything.</summary>
    public static JsonObject Within(string field, long? sinceUnixUs, long? untilUnixUs) => (sinceUnixUs, untilUnixUs) switch
    {
        (null, null) => Dsl.All(),
        (_, long.MinValue) => Dsl.None(),
        _ => Between(field, sinceUnixUs ?? long.MinValue, untilUnixUs is { } until ? until - 1 : long.MaxValue),
    };

    // All nine digits: what is not written is rounded up in an upper bound.
    private static string Text(long unixUs) => Rfc3339.Format(unixUs).Replace("Z", "000Z", StringComparison.Ordinal);
}
