using System.Globalization;
using Telemetry.Query;
using Telemetry.Store;
using Telemetry.Wire;

namespace Telemetry.Console.Tests;

/// <summary>Documents in memory, in order of arrival.</summary>
internal sealed class FakeDocumentReader(TimeProvider time) : IDocumentReader
{
    private static readonly long[] Widths = [1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 10800, 21600, 43200, 86400, 604800];
    private readonly Lock _gate = new();
    private readonly List<StoredDocument> _documents = [];

    /// <summary>When set, every search ends with it.</summary>
    public Exception? Fault { get; set; }

    /// <summary>What every answer lacks.</summary>
    public IReadOnlyList<string> Incomplete { get; set; } = [];

    /// <summary>The fields, promoted ones among them.</summary>
    public FieldTyping Types { get; set; } = FieldTyping.Instance;

    /// <summary>Called once, when a search comes in.</summary>
    public Action? BeforeSearch { get; set; }

    public void Add(params IEnumerable<StoredDocument> documents)
    {
        lock (_gate)
        {
            _documents.AddRange(documents);
        }
    }

    public ValueTask<FieldTyping> FieldsAsync(CancellationToken cancel) => ValueTask.FromResult(Types);

    public ValueTask<SearchResult> SearchAsync(SearchRequest request, CancellationToken cancel)
    {
        BeforeSearch?.Invoke();
        BeforeSearch = null;
        var found = Found(request.Query, request.SinceUnixUs, request.UntilUnixUs)
            .OrderByDescending(document => document.TimestampUnixUs).ToList();
        var offset = request.Cursor is { } cursor ? int.Parse(cursor, CultureInfo.InvariantCulture) : 0;
        var next = offset + request.Limit < found.Count && request.Limit > 0 ? (offset + request.Limit).ToString(CultureInfo.InvariantCulture) : null;
        return ValueTask.FromResult(new SearchResult(found.Count, [.. found.Skip(offset).Take(request.Limit)], next) { Incomplete = Incomplete });
    }

    public ValueTask<Histogram> HistogramAsync(HistogramRequest request, CancellationToken cancel)
    {
        var found = Found(request.Query, request.SinceUnixUs, request.UntilUnixUs);
        if (found.Count == 0)
        {
            return ValueTask.FromResult(new Histogram(0, 1_000_000, 0, []));
        }

        var from = request.SinceUnixUs ?? found.Min(document => document.TimestampUnixUs);
        var to = request.UntilUnixUs ?? Math.Max(found.Max(document => document.TimestampUnixUs) + 1, request.SinceUnixUs is null ? 0 : Some.UnixUs(time));
        var width = Widths.First(w => (to - from) / (w * 1_000_000) < request.Buckets || w == Widths[^1]) * 1_000_000;
        var start = from / width * width;
        var buckets = Enumerable.Range(0, (int)((to - start + width - 1) / width)).Select(_ => new Dictionary<string, long>()).ToList();
        foreach (var document in found)
        {
            var bucket = buckets[(int)((document.TimestampUnixUs - start) / width)];
            var level = document.Text(Fields.LogLevel) ?? "";
            bucket[level] = bucket.GetValueOrDefault(level) + 1;
        }

        return ValueTask.FromResult(new Histogram(
            start, width, found.Count, [.. buckets.Select(bucket => new HistogramBucket(bucket.Values.Sum(), bucket))]) { Incomplete = Incomplete });
    }

    public ValueTask<StoredDocuments> ContextAsync(DocumentId id, int before, int after, CancellationToken cancel)
    {
        lock (_gate)
        {
            if (_documents.Find(document => document.Id == id) is not { } center)
            {
                return ValueTask.FromResult(new StoredDocuments([], Incomplete));
            }

            var stream = _documents.Where(document => document.Record.Stream == center.Record.Stream && document.Record.Lifetime == center.Record.Lifetime)
                .OrderBy(document => document.Record.Seq).ToList();
            var at = stream.FindIndex(document => document.Id == id);
            var from = Math.Max(0, at - before);
            return ValueTask.FromResult(new StoredDocuments(stream[from..Math.Min(stream.Count, at + after + 1)], Incomplete));
        }
    }

    public ValueTask<StoredDocuments> LastAsync(LifetimeId lifetime, StreamId? stream, int count, CancellationToken cancel)
    {
        lock (_gate)
        {
            return ValueTask.FromResult(new StoredDocuments([.. _documents
                .Where(document => document.Record.Lifetime == lifetime && (stream is null || document.Record.Stream == stream))
                .OrderBy(document => document.TimestampUnixUs).TakeLast(count)], Incomplete));
        }
    }

    public ValueTask<Arrivals> ArrivedAsync(KqlNode query, string? after, int limit, CancellationToken cancel)
    {
        lock (_gate)
        {
            if (after is null)
            {
                return ValueTask.FromResult(new Arrivals([], _documents.Count.ToString(CultureInfo.InvariantCulture)));
            }

            var matcher = Matcher(query);
            var at = int.Parse(after, CultureInfo.InvariantCulture);
            List<StoredDocument> found = [];
            while (at < _documents.Count && found.Count < limit)
            {
                var document = _documents[at++];
                if (matcher.Matches(new StoredValues(document)))
                {
                    found.Add(document);
                }
            }

            return ValueTask.FromResult(new Arrivals(found, at.ToString(CultureInfo.InvariantCulture)));
        }
    }

    private List<StoredDocument> Found(KqlNode query, long? since, long? until)
    {
        if (Fault is not null)
        {
            throw Fault;
        }

        var matcher = Matcher(query);
        lock (_gate)
        {
            return [.. _documents.Where(document =>
                document.TimestampUnixUs >= (since ?? long.MinValue) && document.TimestampUnixUs < (until ?? long.MaxValue)
                && matcher.Matches(new StoredValues(document)))];
        }
    }

    private KqlMatcher Matcher(KqlNode query) => KqlMatcher.Compile(query, Types, Some.UnixUs(time));
}
