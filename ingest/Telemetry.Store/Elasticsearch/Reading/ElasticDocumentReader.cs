using System.Text.Json;
using System.Text.Json.Nodes;
using Telemetry.Query;
using Telemetry.Wire;

namespace Telemetry.Store.Elasticsearch.Reading;

/// <summary>
/// Answers searches from the data streams of a namespace. Sees what Elasticsearch has refreshed. A shard that fails and a search
/// whose time is up are told as incomplete; where there is no index yet, there is nothing. Safe for concurrent use.
/// <para>What is found is what <see cref="KqlMatcher"/> matches, except for what <see cref="ElasticMappings"/> and
/// <see cref="ElasticWords"/> do not index, and addresses that only .NET reads as such ("010.0.0.1", "[::1]").</para>
/// </summary>
/// <param name="client">Asked; not disposed of.</param>
/// <param name="time">What <c>now</c> means in a query.</param>
/// <param name="random">Makes the keys of cursors.</param>
/// <remarks>Calls throw <see cref="ElasticUnavailableException"/>, or another <see cref="IOException"/> when Elasticsearch refuses.</remarks>
public sealed class ElasticDocumentReader(ElasticClient client, TimeProvider time, Random? random = null) : IDocumentReader
{
    private const int MaxHits = 10_000;
    private const int MaxBuckets = 10_000;

    private readonly DocumentSearcher _searcher = new(client);
    private readonly PointInTimeShelf _shelf = new(random ?? Random.Shared);

    private long NowUnixUs => time.GetUtcNow().ToUnixTimeMilliseconds() * 1000;

    /// <inheritdoc/>
    public ValueTask<FieldTyping> FieldsAsync(CancellationToken cancel) => _searcher.Types.GetAsync(cancel);

    /// <inheritdoc/>
    public async ValueTask<SearchResult> SearchAsync(SearchRequest request, CancellationToken cancel)
    {
        ArgumentNullException.ThrowIfNull(request);
        long shelf = 0;
        JsonArray? after = null;
        if (request.Cursor is { } cursor && !ElasticCursor.TryParse(cursor, out shelf, out after))
        {
            throw new FormatException("The cursor is none of this store's.");
        }

        var at = (after is null ? null : _shelf.Take(shelf)) ?? await _searcher.OpenAsync(cancel).ConfigureAwait(false);
        var page = new PageQuery(_searcher, at, Math.Clamp(request.Limit, 0, MaxHits), NowUnixUs, cancel);
        var isKept = false;
        try
        {
            var result = await page.RunAsync(request, after).ConfigureAwait(false);
            if (page.End is not { } end)
            {
                return result;
            }

            var (key, evicted) = _shelf.Put(at);
            isKept = true;
            if (evicted is not null)
            {
                await _searcher.CloseAsync(evicted).ConfigureAwait(false);
            }

            return result with { Next = ElasticCursor.Format(key, end) };
        }
        finally
        {
            if (!isKept)
            {
                await _searcher.CloseAsync(at.Id).ConfigureAwait(false);
            }
        }
    }

    /// <inheritdoc/>
    public async ValueTask<Histogram> HistogramAsync(HistogramRequest request, CancellationToken cancel)
    {
        ArgumentNullException.ThrowIfNull(request);
        var at = await _searcher.OpenAsync(cancel).ConfigureAwait(false);
        try
        {
            return await new CountQuery(_searcher, at, Math.Clamp(request.Buckets, 1, MaxBuckets), NowUnixUs, cancel)
                .RunAsync(request).ConfigureAwait(false);
        }
        finally
        {
            await _searcher.CloseAsync(at.Id).ConfigureAwait(false);
        }
    }

    /// <inheritdoc/>
    public ValueTask<StoredDocuments> ContextAsync(DocumentId id, int before, int after, CancellationToken cancel) =>
        NeighboursAsync(query => query.RunAsync(id, Math.Clamp(before, 0, MaxHits), Math.Clamp(after, 0, MaxHits)), cancel);

    /// <inheritdoc/>
    public ValueTask<StoredDocuments> LastAsync(
        LifetimeId lifetime, StreamId? stream, int count, CancellationToken cancel) =>
        NeighboursAsync(query => query.LastAsync(lifetime, stream, Math.Clamp(count, 0, MaxHits)), cancel);

    /// <inheritdoc/>
    public async ValueTask<Arrivals> ArrivedAsync(KqlNode query, string? after, int limit, CancellationToken cancel)
    {
        ArgumentNullException.ThrowIfNull(query);
        return await new FollowQuery(_searcher, query, Math.Clamp(limit, 1, MaxHits), time.GetUtcNow(), cancel)
            .RunAsync(after).ConfigureAwait(false);
    }

    private async ValueTask<StoredDocuments> NeighboursAsync(
        Func<NeighbourQuery, Task<StoredDocuments>> ask, CancellationToken cancel)
    {
        var at = await _searcher.OpenAsync(cancel).ConfigureAwait(false);
        try
        {
            return await ask(new NeighbourQuery(_searcher, at, cancel)).ConfigureAwait(false);
        }
        finally
        {
            await _searcher.CloseAsync(at.Id).ConfigureAwait(false);
        }
    }
}
