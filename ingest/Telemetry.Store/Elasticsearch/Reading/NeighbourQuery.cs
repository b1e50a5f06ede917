using System.Text.Json.Nodes;
using Telemetry.Wire;

namespace Telemetry.Store.Elasticsearch.Reading;

/// <summary>
/// Finds a document and the ones around it in its stream: within its epoch by number, and where the epoch ends, those of the
/// stream's other epochs by when they were minted.
/// </summary>
internal sealed class NeighbourQuery(DocumentSearcher searcher, PointInTime at, CancellationToken cancel)
{
    private const int MaxPiece = 1000;

    private readonly List<string> _incomplete = [];

    /// <summary>The document and so many before and after it, ascending.</summary>
    public async Task<StoredDocuments> RunAsync(DocumentId id, int before, int after)
    {
        var clause = new JsonObject { ["ids"] = new JsonObject { ["values"] = new JsonArray(id.ToString()) } };
        var found = await TakeAsync(clause, HitOrder.ByMinted(descending: true), 1).ConfigureAwait(false);
        if (found is not [var target])
        {
            return new StoredDocuments([], [.. _incomplete.Distinct()]);
        }

        var earlier = await SideAsync(target, before, isBefore: true).ConfigureAwait(false);
        var later = await SideAsync(target, after, isBefore: false).ConfigureAwait(false);
        earlier.Reverse();
        return new StoredDocuments([.. earlier, target, .. later], [.. _incomplete.Distinct()]);
    }

    /// <summary>The last so many of a lifetime or one of its streams, ascending.</summary>
    public async Task<StoredDocuments> LastAsync(LifetimeId lifetime, StreamId? stream, int count)
    {
        var last = await TakeAsync(In(lifetime, stream), HitOrder.ByMinted(descending: true), count).ConfigureAwait(false);
        last.Reverse();
        return new StoredDocuments(last, [.. _incomplete.Distinct()]);
    }

    private async Task<List<StoredDocument>> SideAsync(StoredDocument target, int count, bool isBefore)
    {
        var record = target.Record;
        var inStream = In(record.Lifetime, record.Stream);
        var inEpoch = Dsl.Term(Fields.TelemetryEpoch.Name, record.Epoch.ToString());
        var beyond = Dsl.Range(Fields.EventSequence.Name, (isBefore ? "lt" : "gt", (long)record.Seq));
        var side = await TakeAsync(
            Dsl.And([inStream, inEpoch, beyond]), HitOrder.BySequence(descending: isBefore), count).ConfigureAwait(false);
        if (side.Count == count || !StoredTime.TryParse(target.Text(Fields.EventCreated), out var minted))
        {
            return side;
        }

        var otherEpochs = Dsl.Not(Dsl.Term(Fields.TelemetryEpoch.Name, record.Epoch.ToString()));
        var times = isBefore
            ? DateClause.Between(Fields.EventCreated.Name, long.MinValue, minted - 1)
            : DateClause.Between(Fields.EventCreated.Name, minted, long.MaxValue);
        side.AddRange(await TakeAsync(
            Dsl.And([In(record.Lifetime, record.Stream), otherEpochs, times]), HitOrder.ByMinted(descending: isBefore),
            count - side.Count).ConfigureAwait(false));
        return side;
    }

    private static JsonObject In(LifetimeId lifetime, StreamId? stream) => Dsl.And(
    [
        Dsl.Term(Fields.LifetimeIdField.Name, lifetime.ToString()),
        stream is { } one ? Dsl.Term(Fields.TelemetryStream.Name, one.ToString()) : Dsl.All(),
    ]);

    private async Task<List<StoredDocument>> TakeAsync(JsonObject filter, JsonArray order, int count)
    {
        var types = await searcher.Types.GetAsync(cancel).ConfigureAwait(false);
        var documents = new List<StoredDocument>();
        JsonArray? after = null;
        var left = count;
        while (left > 0)
        {
            var piece = Math.Min(left, MaxPiece);
            var search = new JsonObject
            {
                ["query"] = filter.DeepClone(), ["sort"] = order.DeepClone(), ["size"] = piece, ["track_total_hits"] = false,
            };
            if (after is not null)
            {
                search["search_after"] = after;
            }

            using var answer = await searcher.SearchAsync(search, at, cancel).ConfigureAwait(false);
            _incomplete.AddRange(answer.Incomplete);
            var hits = answer.Page.ToList();
            documents.AddRange(HitReader.ReadAll(hits, types, _incomplete));
            left -= hits.Count;
            if (hits.Count < piece)
            {
                break;
            }

            after = [.. hits[^1].GetProperty("sort"u8).EnumerateArray().Select(value => JsonNode.Parse(value.GetRawText()))];
        }

        return documents;
    }
}
