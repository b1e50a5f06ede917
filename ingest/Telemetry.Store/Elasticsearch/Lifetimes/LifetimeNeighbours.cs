using System.Text.Json.Nodes;
using Telemetry.Autopsy;
using Telemetry.Store.Elasticsearch.Reading;
using Telemetry.Wire;

namespace Telemetry.Store.Elasticsearch.Lifetimes;

/// <summary>
/// Which lifetime of an instance was before another and which after it, by their starts. Who writes a lifetime knows those of its own
/// partition only, and the next boot of an instance may be in another: the index knows all.
/// </summary>
internal sealed class LifetimeNeighbours(LifetimeSearcher searcher)
{
    private const int Piece = 5000;

    private static readonly JsonArray Order =
    [
        Dsl.Sorted("host.id", descending: false, "keyword"),
        Dsl.Sorted("lifetime.start", descending: false, "date_nanos"),
        Dsl.Sorted("lifetime.id", descending: false, "keyword"),
    ];

    /// <summary>The same evidence, with the neighbours that the index knows. One search, whatever the number.</summary>
    /// <exception cref="IOException">The index cannot be read.</exception>
    public async Task<IReadOnlyList<LifetimeEvidence>> ResolveAsync(IReadOnlyList<LifetimeEvidence> lifetimes, CancellationToken cancel)
    {
        JsonArray instances = [.. lifetimes.Select(InstanceOf).Where(id => id.Length > 0).Distinct(StringComparer.Ordinal).Select(id => JsonValue.Create(id))];
        if (instances.Count == 0)
        {
            return lifetimes;
        }

        var wanted = lifetimes.Select(evidence => evidence.Id).ToHashSet();
        var (before, after) = (new Dictionary<LifetimeId, LifetimeId>(), new Dictionary<LifetimeId, LifetimeId>());
        var (lastInstance, last) = ("", default(LifetimeId));
        await foreach (var hit in searcher.SearchAsync(Dsl.Terms("host.id", instances), Order, [], Piece, cancel).ConfigureAwait(false))
        {
            var place = hit.GetProperty("sort"u8);
            if (place[0].GetString() is not { } instance || !LifetimeId.TryParse(place[2].GetString(), out var id))
            {
                continue;
            }

            if (instance == lastInstance)
            {
                Note(before, wanted, id, last);
                Note(after, wanted, last, id);
            }

            (lastInstance, last) = (instance, id);
        }

        return
        [
            .. lifetimes.Select(evidence => evidence with
            {
                Predecessor = before.TryGetValue(evidence.Id, out var former) ? former : evidence.Predecessor,
                Successor = after.TryGetValue(evidence.Id, out var next) ? next : evidence.Successor,
            }),
        ];
    }

    private static void Note(Dictionary<LifetimeId, LifetimeId> neighbours, HashSet<LifetimeId> wanted, LifetimeId of, LifetimeId neighbour)
    {
        if (wanted.Contains(of))
        {
            neighbours[of] = neighbour;
        }
    }

    private static string InstanceOf(LifetimeEvidence evidence) => evidence.Critical?.Identity?.InstanceId ?? "";
}
