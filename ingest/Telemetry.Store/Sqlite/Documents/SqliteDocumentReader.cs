using Telemetry.Query;
using Telemetry.Wire;

namespace Telemetry.Store.Sqlite.Documents;

/// <summary>
/// Answers searches over the partition files of one or more lanes, written by this or another process. A partition that is
/// damaged answers as far as it can be read and is reported; one that retention deletes is no longer there. Uses at most two threads a query and four
/// queries at a time; the others wait. Safe for concurrent use.
/// </summary>
public sealed class SqliteDocumentReader : IDocumentReader, IDisposable
{
    private const int MaxHits = 10_000;
    private const int MaxBuckets = 10_000;
    private const int MaxLanes = 16;

    private readonly PartitionFiles _files;
    private readonly PartitionFieldTypes _types;
    private readonly TimeProvider _time;
    private readonly SemaphoreSlim _queries = new(4);

    /// <summary>Reads the lanes in these directories; they may not exist yet.</summary>
    /// <param name="directories">One for each lane, at most 16, in an order that stays the same: cursors depend on it.</param>
    /// <param name="time">What <c>now</c> means in a query.</param>
    /// <param name="report">Told once of each partition that cannot be read, from any thread.</param>
    public SqliteDocumentReader(IEnumerable<string> directories, TimeProvider time, Action<ReaderFault> report)
    {
        ArgumentNullException.ThrowIfNull(directories);
        string[] lanes = [.. directories];
        ArgumentOutOfRangeException.ThrowIfGreaterThan(lanes.Length, MaxLanes, nameof(directories));
        _files = new PartitionFiles(lanes, report);
        _types = new PartitionFieldTypes(_files);
        _time = time;
    }

    /// <summary>A sentence for each partition that could not be read whole and is still there; empty while all is well. Any thread.</summary>
    public IEnumerable<string> Problems =>
        from fault in _files.Faults select $"{fault.Path} is left out of answers where it cannot be read: {fault.Reason}.";

    private long NowUnixUs => _time.GetUtcNow().ToUnixTimeMilliseconds() * 1000;

    /// <inheritdoc/>
    public ValueTask<FieldTyping> FieldsAsync(CancellationToken cancel) =>
        Run(() => new FieldTyping(_types.Read().Select(found => found.Field)), cancel);

    /// <summary>Looks whether fields can be stored beside what is: one that is there as another type, or as part of another, cannot.</summary>
    /// <exception cref="FieldConflictException">Some cannot; it names all.</exception>
    public void ThrowIfInConflict(PromotedFields wanted)
    {
        ArgumentNullException.ThrowIfNull(wanted);
        if (wanted.All.Count == 0)
        {
            return;
        }

        var stored = _types.Read();
        FieldConflictException.ThrowIfAny(
        [
            .. from field in wanted.All.Select(promoted => promoted.Field)
               let other = stored.Find(found => FieldConflict.Excludes(found.Field, field))
               where other.Field is not null
               select FieldConflict.Describe(field, other.Field, Path.GetFileName(other.Partition.Path)),
        ]);
    }

    /// <inheritdoc/>
    public ValueTask<SearchResult> SearchAsync(SearchRequest request, CancellationToken cancel)
    {
        ArgumentNullException.ThrowIfNull(request);
        return Run(() => Search(request, cancel), cancel);
    }

    /// <inheritdoc/>
    public ValueTask<Histogram> HistogramAsync(HistogramRequest request, CancellationToken cancel)
    {
        ArgumentNullException.ThrowIfNull(request);
        return Run(() => Count(request, cancel), cancel);
    }

    /// <inheritdoc/>
    public ValueTask<StoredDocuments> ContextAsync(DocumentId id, int before, int after, CancellationToken cancel) =>
        Run(() => ContextQuery.Run(_files, id, Math.Clamp(before, 0, MaxHits), Math.Clamp(after, 0, MaxHits), cancel), cancel);

    /// <inheritdoc/>
    public ValueTask<StoredDocuments> LastAsync(
        LifetimeId lifetime, StreamId? stream, int count, CancellationToken cancel) =>
        Run(() => LastQuery.Run(_files, lifetime, stream, Math.Clamp(count, 0, MaxHits), cancel), cancel);

    /// <inheritdoc/>
    public ValueTask<Arrivals> ArrivedAsync(KqlNode query, string? after, int limit, CancellationToken cancel)
    {
        ArgumentNullException.ThrowIfNull(query);
        return Run(() => new ArrivalQuery(_files, query, Math.Clamp(limit, 1, MaxHits), NowUnixUs, cancel).Run(after), cancel);
    }

    /// <summary>Closes the connections. No call may be under way.</summary>
    public void Dispose()
    {
        _files.Dispose();
        _queries.Dispose();
    }

    private async ValueTask<T> Run<T>(Func<T> query, CancellationToken cancel)
    {
        await _queries.WaitAsync(cancel).ConfigureAwait(false);
        try
        {
            return await Task.Run(query, cancel).ConfigureAwait(false);
        }
        finally
        {
            _queries.Release();
        }
    }

    private SearchResult Search(SearchRequest request, CancellationToken cancel)
    {
        StoredOrder? after = request.Cursor is not { } text ? null
            : SearchCursor.TryParse(text, out var parsed) ? parsed : throw new FormatException("The cursor is none of this store's.");
        var limit = Math.Clamp(request.Limit, 0, MaxHits);
        var unread = _files.Begin();
        var visitor = _files.Scan(
            request.Query, Times(request.SinceUnixUs, request.UntilUnixUs), NowUnixUs,
            () => new SearchVisitor(limit + 1, after), static (all, part) => all.Join(part), unread, cancel);

        // One more than wanted was kept, to know whether there is a next page.
        var hits = visitor.Hits.Sorted();
        List<StoredOrder> page = [.. hits.Take(limit)];
        var next = hits.Count > limit && limit > 0 ? SearchCursor.Format(page[^1]) : null;
        var documents = _files.Load(page, unread, cancel);
        return new SearchResult(visitor.Total, documents, next) { Incomplete = documents.Incomplete };
    }

    private Histogram Count(HistogramRequest request, CancellationToken cancel)
    {
        var known = Range.Empty;
        if (request.SinceUnixUs is { } since)
        {
            known = known.With(Math.Clamp(since, BucketWidth.MinUnixUs, BucketWidth.MaxUnixUs));
        }

        if (request.UntilUnixUs is { } until)
        {
            known = known.With(Math.Clamp(until, BucketWidth.MinUnixUs + 1, BucketWidth.MaxUnixUs) - 1);
        }

        var buckets = Math.Clamp(request.Buckets, 1, MaxBuckets);
        var unread = _files.Begin();
        var visitor = _files.Scan(
            request.Query, Times(request.SinceUnixUs, request.UntilUnixUs), NowUnixUs,
            () => new HistogramVisitor(buckets, known), static (all, part) => all.Join(part), unread, cancel);
        return visitor.Result() with { Incomplete = unread.Reasons() };
    }

    private static Range Times(long? since, long? until) => new(
        since ?? long.MinValue,
        until switch { null => long.MaxValue, long.MinValue => long.MinValue, { } first => first - 1 });
}
