using System.Text.Json;
using System.Text.Json.Nodes;
using Telemetry.Store.Elasticsearch.Reading;
using Telemetry.Store.Purging;

namespace Telemetry.Store.Elasticsearch.Care;

/// <summary>
/// Deletes documents by id from the backing index that holds each, which every version of Elasticsearch does with the right to
/// delete, and the copies of those that are held: a hold keeps retention off, and nobody who deletes on purpose. Lucene keeps the bytes
/// until it merges: the indices are asked to merge what was deleted. Safe for concurrent use.
/// </summary>
/// <param name="client">Asked; not disposed of.</param>
public sealed class ElasticPurge(ElasticClient client) : IDocumentPurger
{
    private const int PageHits = 1000;
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(60);

    private static readonly string[] Identity =
    [
        Fields.Timestamp.Name, Fields.LifetimeIdField.Name, Fields.TelemetryStream.Name, Fields.TelemetryEpoch.Name, Fields.EventSequence.Name,
    ];

    private readonly DocumentSearcher _searcher = new(client);
    private readonly DataStreamNames _names = new(client.Options.Namespace);

    /// <inheritdoc/>
    public async ValueTask<PurgeMatches> FindAsync(PurgeRequest request, CancellationToken cancel)
    {
        ArgumentNullException.ThrowIfNull(request);
        await RefreshAsync(cancel).ConfigureAwait(false);
        var at = await _searcher.OpenAsync(cancel).ConfigureAwait(false);
        try
        {
            return await FindAsync(request, at, cancel).ConfigureAwait(false);
        }
        finally
        {
            await _searcher.CloseAsync(at.Id).ConfigureAwait(false);
        }
    }

    /// <inheritdoc/>
    public async ValueTask<IReadOnlyList<string>> DeleteAsync(PurgeMatches matches, CancellationToken cancel)
    {
        ArgumentNullException.ThrowIfNull(matches);
        List<string> left = [];
        var beside = await BesideAsync(cancel).ConfigureAwait(false);
        foreach (var chunk in matches.Documents.Chunk(PageHits))
        {
            await DeleteAsync(chunk, beside, left, cancel).ConfigureAwait(false);
        }

        foreach (var index in matches.Documents.Select(document => document.Index!).Concat(beside).Distinct(StringComparer.Ordinal))
        {
            var merge = await client.SendAsync(
                HttpMethod.Post, $"/{index}/_forcemerge?only_expunge_deletes=true&wait_for_completion=false", default, Deadline, cancel)
                .ConfigureAwait(false);
            if (!merge.IsSuccess)
            {
                left.Add($"{index}: its files hold what was deleted until Elasticsearch merges them, which it refused to do now: {merge.Problem()}");
            }
        }

        return left;
    }

    /// <summary>What was stored a moment ago is found as well.</summary>
    private Task RefreshAsync(CancellationToken cancel) =>
        client.SendAsync(HttpMethod.Post, $"/{_searcher.Everything}/_refresh?ignore_unavailable=true", default, Deadline, cancel);

    private async Task<PurgeMatches> FindAsync(PurgeRequest request, PointInTime at, CancellationToken cancel)
    {
        List<string> incomplete = [];
        List<PurgedDocument> found = [];
        var within = DateClause.Within(Fields.Timestamp.Name, request.SinceUnixUs, request.UntilUnixUs);
        var plan = await _searcher.PlanAsync(request.Query, within, request.NowUnixUs, at, incomplete, cancel).ConfigureAwait(false);
        var filter = Dsl.And([within, plan.Filter]);
        for (JsonArray? after = null; ;)
        {
            var search = new JsonObject
            {
                ["query"] = filter.DeepClone(),
                ["sort"] = HitOrder.Newest(),
                ["size"] = PageHits,
                ["track_total_hits"] = false,
                ["_source"] = new JsonArray([.. Identity.Select(name => JsonValue.Create(name))]),
            };
            if (after is not null)
            {
                search["search_after"] = after;
            }

            plan.Declare(search);
            using var answer = await _searcher.SearchAsync(search, at, cancel).ConfigureAwait(false);
            incomplete.AddRange(answer.Incomplete);
            JsonElement[] hits = [.. answer.Page];
            foreach (var hit in hits)
            {
                found.AddRange(HitReader.ReadAll([hit], plan.Types, incomplete).Select(document =>
                    Purged(document, hit.GetProperty("_index"u8).GetString()!)));
            }

            if (hits.Length < PageHits)
            {
                return new PurgeMatches(found, [.. incomplete.Distinct()]);
            }

            after = [.. hits[^1].GetProperty("sort"u8).EnumerateArray().Take(HitOrder.NewestValues).Select(value => JsonNode.Parse(value.GetRawText()))];
        }
    }

    private PurgedDocument Purged(StoredDocument document, string index) => new(document.Id, document.Record)
    {
        Index = index, MayBeCrash = index == _names.Held || index.Contains(_names[DocumentStream.Crash], StringComparison.Ordinal),
    };

    /// <summary>Where else something has the ids of documents: their copies, and the notes that they were stored after all.</summary>
    private async Task<string[]> BesideAsync(CancellationToken cancel)
    {
        List<string> there = [];
        foreach (var index in (string[])[_names.Held, _names.Retried])
        {
            var response = await client.SendAsync(new ElasticRequest(HttpMethod.Head, $"/{index}") { Deadline = Deadline }, cancel).ConfigureAwait(false);
            if (response.IsSuccess)
            {
                there.Add(index);
            }
            else if (response.Status != 404)
            {
                throw new IOException($"Elasticsearch does not tell whether there is {index}: {response.Problem()}.");
            }
        }

        return [.. there];
    }

    private async Task DeleteAsync(PurgedDocument[] documents, string[] beside, List<string> left, CancellationToken cancel)
    {
        using var body = new MemoryStream();
        foreach (var document in documents)
        {
            foreach (var index in beside.Prepend(document.Index!).Distinct(StringComparer.Ordinal))
            {
                JsonSerializer.Serialize(body, new JsonObject
                {
                    ["delete"] = new JsonObject { ["_index"] = index, ["_id"] = document.Id.ToString() },
                });
                body.WriteByte((byte)'\n');
            }
        }

        var response = await client.SendAsync(
            new ElasticRequest(HttpMethod.Post, "/_bulk?refresh=true&filter_path=items.delete.status,items.delete._index,items.delete.error.reason")
            {
                Body = body.ToArray(), ContentType = ElasticRequest.NdJson, Deadline = Deadline,
            },
            cancel).ConfigureAwait(false);
        if (!response.IsSuccess)
        {
            throw new IOException($"Elasticsearch refuses to delete: {response.Problem()}.");
        }

        using var json = response.Json();
        foreach (var item in json.RootElement.GetProperty("items"u8).EnumerateArray())
        {
            var delete = item.GetProperty("delete"u8);
            var status = delete.GetProperty("status"u8).GetInt32();

            // One that is not there any more needs no deleting.
            if (status is not (200 or 404))
            {
                left.Add($"{delete.GetProperty("_index"u8).GetString()}: a document could not be deleted ({status})");
            }
        }
    }
}
