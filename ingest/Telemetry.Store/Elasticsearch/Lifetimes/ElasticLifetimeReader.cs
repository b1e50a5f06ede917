using System.Text.Json;
using System.Text.Json.Nodes;
using Telemetry.Autopsy;
using Telemetry.Store.Elasticsearch.Care;
using Telemetry.Store.Elasticsearch.Reading;
using Telemetry.Wire;

namespace Telemetry.Store.Elasticsearch.Lifetimes;

/// <summary>
/// Reads lifetimes from their index and composes them from the evidence in it, as of when it was written, and from what the index knows
/// of other boots of the same instance, whoever wrote them, of records stored when they were tried again, and of purges. Lists see what
/// Elasticsearch has refreshed, a single lifetime is always the latest. A verdict on part of the evidence would be wrong: where a shard
/// fails, the call does. Safe for concurrent use.
/// </summary>
/// <param name="client">Asked; not disposed of.</param>
/// <param name="silenceBound">A server not heard of for longer is dead; default 15 s.</param>
/// <remarks>Calls throw <see cref="ElasticUnavailableException"/>, or another <see cref="IOException"/> when Elasticsearch refuses.</remarks>
public sealed class ElasticLifetimeReader(ElasticClient client, TimeSpan? silenceBound = null) : ILifetimeReader
{
    private const int MaxLifetimes = 10_000;

    private readonly LifetimeSearcher _searcher = new(client);
    private readonly RetriedMarks _retried = new(client);
    private readonly ElasticPurgeNotes _purged = new(client);
    private readonly LifetimeNeighbours _neighbours = new(new LifetimeSearcher(client));
    private readonly long _silenceBoundUs = (long)(silenceBound ?? TimeSpan.FromSeconds(15)).TotalMicroseconds;

    /// <inheritdoc/>
    public async ValueTask<IReadOnlyList<Lifetime>> ListAsync(
        long? sinceUnixUs, long? untilUnixUs, int limit, CancellationToken cancel)
    {
        var filter = Dsl.And(
        [
            sinceUnixUs is { } since ? DateClause.Between("lifetime.last_proof", since, long.MaxValue) : Dsl.All(),
            DateClause.Within("lifetime.start", null, untilUnixUs),
        ]);
        JsonArray order = [Dsl.Sorted("lifetime.start", descending: true, "date_nanos"), Dsl.Sorted("lifetime.id", descending: false, "keyword")];
        var result = new List<Lifetime>();
        List<(LifetimeEvidence Evidence, long AsOfUnixUs)> read = [];
        var wanted = Math.Clamp(limit, 0, MaxLifetimes);
        await foreach (var hit in _searcher.SearchAsync(filter, order, ["evidence", "crashes", "as_of_us"], LifetimeSearcher.Piece, cancel).ConfigureAwait(false))
        {
            if (result.Count + read.Count >= wanted)
            {
                break;
            }

            read.Add(Read(hit.GetProperty("_source"u8)));
            if (read.Count == LifetimeSearcher.Piece)
            {
                result.AddRange(await ComposeAsync(read, cancel).ConfigureAwait(false));
                read.Clear();
            }
        }

        result.AddRange(await ComposeAsync(read, cancel).ConfigureAwait(false));
        return result;
    }

    /// <inheritdoc/>
    public async ValueTask<Lifetime?> GetAsync(LifetimeId id, CancellationToken cancel)
    {
        using var json = await _searcher.GetAsync(id, cancel).ConfigureAwait(false);
        return json is not null && json.RootElement.TryGetProperty("_source"u8, out var source)
            ? (await ComposeAsync([Read(source)], cancel).ConfigureAwait(false)).Single()
            : null;
    }

    /// <inheritdoc/>
    public async ValueTask<IReadOnlyList<LifetimeCrash>> CrashesAsync(
        long? sinceUnixUs, long? untilUnixUs, int limit, CancellationToken cancel)
    {
        var within = DateClause.Within("lifetime.crash_times", sinceUnixUs, untilUnixUs);
        var filter = Dsl.And([Dsl.Exists("lifetime.crash_times"), within]);
        JsonArray order = [Dsl.Sorted("lifetime.crash_times", descending: true, "date_nanos"), Dsl.Sorted("lifetime.id", descending: false, "keyword")];
        var wanted = Math.Clamp(limit, 0, MaxLifetimes);
        var purged = await _purged.CrashesAsync(cancel).ConfigureAwait(false);
        var newest = new PriorityQueue<LifetimeCrash, LifetimeCrash>(CrashOrder.Instance);
        await foreach (var hit in _searcher.SearchAsync(filter, order, ["crashes"], LifetimeSearcher.Piece, cancel).ConfigureAwait(false))
        {
            // Lifetimes come by their latest crash: none behind has a later one.
            if (wanted == 0 || newest.Count == wanted && newest.TryPeek(out _, out var oldest)
                && StoredTime.TryParse(hit.GetProperty("sort"u8)[0].GetString(), out var latest) && latest < oldest.AtUnixUs)
            {
                break;
            }

            foreach (var crash in EvidenceText.ReadCrashes(hit.GetProperty("_source"u8)))
            {
                if (!purged.Contains(crash.DocumentId)
                    && crash.AtUnixUs >= (sinceUnixUs ?? long.MinValue) && crash.AtUnixUs < (untilUnixUs ?? long.MaxValue))
                {
                    newest.Enqueue(crash, crash);
                    if (newest.Count > wanted)
                    {
                        newest.Dequeue();
                    }
                }
            }
        }

        return [.. newest.UnorderedItems.Select(item => item.Element).OrderDescending(CrashOrder.Instance)];
    }

    private static (LifetimeEvidence Evidence, long AsOfUnixUs) Read(JsonElement source) =>
        (EvidenceText.Read(source), source.GetProperty("as_of_us"u8).GetInt64());

    private async Task<IEnumerable<Lifetime>> ComposeAsync(
        List<(LifetimeEvidence Evidence, long AsOfUnixUs)> read, CancellationToken cancel)
    {
        var resolved = await _neighbours.ResolveAsync([.. read.Select(one => one.Evidence)], cancel).ConfigureAwait(false);
        resolved = await _retried.CorrectAsync(resolved, cancel).ConfigureAwait(false);
        resolved = await _purged.CorrectAsync(resolved, cancel).ConfigureAwait(false);
        return resolved.Zip(read, (evidence, one) => LifetimeComposer.Compose(evidence, one.AsOfUnixUs, _silenceBoundUs)).ToList();
    }
}
