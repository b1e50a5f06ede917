using System.Text.Json;
using Telemetry.Query;
using Telemetry.Wire;

namespace Telemetry.Store;

/// <summary>
/// Answers searches. Safe for concurrent use; sees what was committed when the call began. What cannot be read (damage) is left
/// out, and the answer says what it lacks. Calls throw <see cref="StoreUnavailableException"/> when the store does not answer at all.
/// </summary>
public interface IDocumentReader
{
    /// <summary>
    /// The fields that are stored or can be, with the types of those that were promoted from attributes: whoever parses a query wants
    /// them. What was stored once stays in here for as long as it is kept.
    /// </summary>
    ValueTask<FieldTyping> FieldsAsync(CancellationToken cancel);

    /// <summary>Newest first. Never throws for an odd query: a field that does not exist matches nothing.</summary>
    /// <exception cref="FormatException">The cursor is none that this store gave.</exception>
    ValueTask<SearchResult> SearchAsync(SearchRequest request, CancellationToken cancel);

    /// <summary>Counts matches per time bucket and log level.</summary>
    ValueTask<Histogram> HistogramAsync(HistogramRequest request, CancellationToken cancel);

    /// <summary>
    /// The document and its neighbours in the same stream by epoch and seq, ascending. Empty when the id is not stored.
    /// </summary>
    ValueTask<StoredDocuments> ContextAsync(DocumentId id, int before, int after, CancellationToken cancel);

    /// <summary>The last documents of one stream or, without a stream, of one lifetime, ascending.</summary>
    ValueTask<StoredDocuments> LastAsync(
        LifetimeId lifetime, StreamId? stream, int count, CancellationToken cancel);

    /// <summary>
    /// What was stored after <paramref name="after"/>, in order of arrival, for live tails. A null cursor returns no document
    /// and the cursor of the present end.
    /// </summary>
    ValueTask<Arrivals> ArrivedAsync(KqlNode query, string? after, int limit, CancellationToken cancel);
}

/// <summary>Documents in order of arrival and the cursor to go on from.</summary>
public sealed record Arrivals(IReadOnlyList<StoredDocument> Documents, string Cursor);

/// <summary>What to search.</summary>
/// <param name="Query">The tree.</param>
/// <param name="SinceUnixUs">Oldest <c>@timestamp</c> wanted, inclusive; null is everything.</param>
/// <param name="UntilUnixUs">First <c>@timestamp</c> not wanted; null is everything.</param>
/// <param name="Limit">Hits wanted, 0..10,000.</param>
/// <param name="Cursor"><see cref="SearchResult.Next"/> of the page before; null is the first page.</param>
public sealed record SearchRequest(
    KqlNode Query, long? SinceUnixUs = null, long? UntilUnixUs = null, int Limit = 50, string? Cursor = null);

/// <summary>One page.</summary>
/// <param name="Total">Exact count of all matches in the time range, whatever the page.</param>
/// <param name="Hits">Newest first.</param>
/// <param name="Next">Cursor of the next page; null when this is the last.</param>
public sealed record SearchResult(long Total, IReadOnlyList<StoredDocument> Hits, string? Next)
{
    /// <summary>What could not be read, one <c>FILE: reason</c> each; empty when nothing is missing.</summary>
    public IReadOnlyList<string> Incomplete { get; init; } = [];
}

/// <summary>
/// What to count. The buckets cover the range widened to whole ones, at most <paramref name="Buckets"/>; only matches in the
/// range itself are counted. Where an end is not given, the matches decide it.
/// </summary>
public sealed record HistogramRequest(KqlNode Query, long? SinceUnixUs, long? UntilUnixUs, int Buckets = 60);

/// <summary>Counts over time.</summary>
/// <param name="StartUnixUs">Start of the first bucket, a multiple of the width.</param>
/// <param name="BucketUs">Width of a bucket: a round number of seconds, minutes, hours or days.</param>
/// <param name="Total">All matches in the range.</param>
/// <param name="Buckets">In time order, empty ones included.</param>
public sealed record Histogram(long StartUnixUs, long BucketUs, long Total, IReadOnlyList<HistogramBucket> Buckets)
{
    /// <inheritdoc cref="SearchResult.Incomplete"/>
    public IReadOnlyList<string> Incomplete { get; init; } = [];
}

/// <summary>One bucket; <paramref name="ByLevel"/> maps <c>log.level</c> ("" when absent) to counts above 0.</summary>
public sealed record HistogramBucket(long Count, IReadOnlyDictionary<string, long> ByLevel);

/// <summary>A document as it came back from the store.</summary>
/// <param name="Id"><c>_id</c>.</param>
/// <param name="Record">Identity of the record that it comes from.</param>
/// <param name="TimestampUnixUs"><c>@timestamp</c>, microseconds since the Unix epoch.</param>
/// <param name="Fields">Everything else by full dotted name, sorted; values are string, long, double, bool, or a list of them;
/// dates are RFC 3339 strings.</param>
public sealed record StoredDocument(
    DocumentId Id, RecordId Record, long TimestampUnixUs, IReadOnlyList<KeyValuePair<string, object>> Fields)
{
    /// <summary>First value of a field as text; null when absent.</summary>
    public string? Text(FieldName field)
    {
        foreach (var (name, value) in Fields)
        {
            if (name == field.Name)
            {
                return value is IReadOnlyList<object> list ? list[0].ToString() : value.ToString();
            }
        }

        return null;
    }

    /// <summary>Writes the ECS document as one JSON object: nested objects, <c>_id</c> and <c>@timestamp</c> first.</summary>
    public void WriteTo(Utf8JsonWriter json) => StoredDocumentJson.Write(json, this);
}
