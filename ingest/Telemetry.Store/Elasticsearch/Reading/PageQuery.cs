using System.Text.Json;
using System.Text.Json.Nodes;

namespace Telemetry.Store.Elasticsearch.Reading;

/// <summary>One page of a search. A long one is asked for in pieces, so that no answer grows beyond what fits.</summary>
internal sealed class PageQuery(DocumentSearcher searcher, PointInTime at, int limit, long nowUnixUs, CancellationToken cancel)
{
    private const int MaxPiece = 1000;

    /// <summary>The last hit's place when there are more behind it.</summary>
    public JsonElement? End { get; private set; }

    public async Task<SearchResult> RunAsync(SearchRequest request, JsonArray? after)
    {
        var incomplete = new List<string>();
        var within = DateClause.Within(Fields.Timestamp.Name, request.SinceUnixUs, request.UntilUnixUs);
        var plan = await searcher.PlanAsync(request.Query, within, nowUnixUs, at, incomplete, cancel).ConfigureAwait(false);
        var filter = Dsl.And([within, plan.Filter]);
        var documents = new List<StoredDocument>();
        long? total = null;
        var left = limit;
        JsonElement? end = null;
        while (true)
        {
            // One more than wanted tells whether there is a next page.
            var piece = Math.Min(left, MaxPiece);
            var search = new JsonObject
            {
                ["query"] = filter.DeepClone(),
                ["sort"] = HitOrder.Newest(),
                ["size"] = piece == 0 ? 0 : piece + 1,
                ["track_total_hits"] = total is null,
            };
            if (after is not null)
            {
                search["search_after"] = after;
            }

            plan.Declare(search);
            using var answer = await searcher.SearchAsync(search, at, cancel).ConfigureAwait(false);
            total ??= answer.Total;
            incomplete.AddRange(answer.Incomplete);
            JsonElement[] hits = [.. answer.Page];
            documents.AddRange(HitReader.ReadAll(hits.Take(piece), plan.Types, incomplete));
            left -= Math.Min(hits.Length, piece);
            if (hits.Length > 0 && piece > 0)
            {
                end = hits[Math.Min(hits.Length, piece) - 1].GetProperty("sort"u8).Clone();
            }

            if (hits.Length <= piece || left == 0)
            {
                End = hits.Length > piece && limit > 0 ? end : null;
                return new SearchResult(total.Value, documents, null) { Incomplete = [.. incomplete.Distinct()] };
            }

            after = [.. end!.Value.EnumerateArray().Take(HitOrder.NewestValues).Select(value => JsonNode.Parse(value.GetRawText()))];
        }
    }
}
