using System.Runtime.CompilerServices;
using System.Text.Json;
using System.Text.Json.Nodes;
using Telemetry.Store.Elasticsearch.Reading;
using Telemetry.Wire;

namespace Telemetry.Store.Elasticsearch.Lifetimes;

/// <summary>Asks the index of lifetimes, or another that is about them.</summary>
internal sealed class LifetimeSearcher(ElasticClient client, string? index = null)
{
    /// <summary>Hits a request where they have evidence: that of one lifetime may be a megabyte.</summary>
    public const int Piece = 100;

    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(35);

    private readonly string _index = index ?? new DataStreamNames(client.Options.Namespace).Lifetimes;

    /// <summary>Hits in order, as many as are taken. Each is valid until the next.</summary>
    /// <exception cref="StoreUnavailableException">Some of them cannot be read.</exception>
    public async IAsyncEnumerable<JsonElement> SearchAsync(
        JsonObject filter, JsonArray order, string[] fields, int piece, [EnumeratorCancellation] CancellationToken cancel)
    {
        JsonArray? after = null;
        while (true)
        {
            var search = new JsonObject
            {
                ["query"] = filter.DeepClone(),
                ["sort"] = order.DeepClone(),
                ["size"] = piece,
                ["track_total_hits"] = false,
                ["_source"] = fields.Length == 0 ? false : new JsonArray([.. fields.Select(field => JsonValue.Create(field))]),
            };
            if (after is not null)
            {
                search["search_after"] = after;
            }

            var response = await client.SendAsync(
                HttpMethod.Post, $"/{_index}/_search?allow_partial_search_results=false", JsonSerializer.SerializeToUtf8Bytes(search),
                Deadline, cancel).ConfigureAwait(false);
            using var answer = SearchAnswer.Read(response);
            if (answer.Incomplete.Count > 0)
            {
                throw new StoreUnavailableException($"Lifetimes cannot be read: {answer.Incomplete[0]}.");
            }

            var count = 0;
            foreach (var hit in answer.Page)
            {
                count++;
                after = [.. hit.GetProperty("sort"u8).EnumerateArray().Select(value => JsonNode.Parse(value.GetRawText()))];
                yield return hit;
            }

            if (count < piece)
            {
                yield break;
            }
        }
    }

    /// <summary>One lifetime, refreshed or not; null when it is not there.</summary>
    public async Task<JsonDocument?> GetAsync(LifetimeId id, CancellationToken cancel)
    {
        var response = await client.SendAsync(
            HttpMethod.Get, $"/{_index}/_doc/{id}?_source_includes=evidence,crashes,as_of_us", default, Deadline, cancel).ConfigureAwait(false);
        if (response.Status == 404)
        {
            return null;
        }

        if (!response.IsSuccess)
        {
            SearchAnswer.Read(response).Dispose();
            throw new IOException($"Lifetime {id} cannot be read: {response.Problem()}.");
        }

        return response.Json();
    }
}
