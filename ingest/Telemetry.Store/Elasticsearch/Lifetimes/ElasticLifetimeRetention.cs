using System.Text.Json;
using System.Text.Json.Nodes;
using Telemetry.Store.Elasticsearch.Reading;
using Telemetry.Wire;

namespace Telemetry.Store.Elasticsearch.Lifetimes;

/// <summary>
/// Deletes lifetimes that were last heard of too long ago: theirs is a plain index, which ends nothing by itself. One that is written
/// again meanwhile stays. Safe for concurrent use, across processes.
/// </summary>
/// <param name="client">The cluster; not disposed of.</param>
public sealed class ElasticLifetimeRetention(ElasticClient client)
{
    private const int Piece = 1000;
    private const string LastHeard = "lifetime.last_heard";
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(35);

    private readonly string _index = new DataStreamNames(client.Options.Namespace).Lifetimes;

    /// <summary>Deletes those last heard of before a time and not held. Returns how many.</summary>
    /// <exception cref="IOException">Not all of them could be deleted: call it again.</exception>
    public async Task<int> ApplyAsync(DateTimeOffset before, IReadOnlySet<LifetimeId> held, CancellationToken cancel)
    {
        ArgumentNullException.ThrowIfNull(held);
        var filter = Dsl.Range(LastHeard, ("lt", Rfc3339.Format((before - DateTimeOffset.UnixEpoch).Ticks / TimeSpan.TicksPerMicrosecond)));
        if (held.Count > 0)
        {
            filter = Dsl.And([filter, Dsl.Not(Dsl.Terms("lifetime.id", [.. held.Select(id => JsonValue.Create(id.ToString()))]))]);
        }

        var search = JsonSerializer.SerializeToUtf8Bytes(new JsonObject
        {
            ["query"] = filter, ["size"] = Piece, ["_source"] = false, ["seq_no_primary_term"] = true, ["track_total_hits"] = false,
        });
        for (var deleted = 0; ;)
        {
            using var page = await SendAsync(
                $"/{_index}/_search?ignore_unavailable=true&allow_partial_search_results=false", search, "application/json", cancel).ConfigureAwait(false);
            JsonElement[] hits = page.RootElement.GetProperty("hits"u8).GetProperty("hits"u8).EnumerateArray().ToArray();
            var now = hits.Length == 0 ? 0 : await DeleteAsync(hits, cancel).ConfigureAwait(false);
            deleted += now;
            if (hits.Length < Piece || now == 0)
            {
                return deleted;
            }
        }
    }

    private async Task<int> DeleteAsync(JsonElement[] hits, CancellationToken cancel)
    {
        using var body = new MemoryStream();
        foreach (var hit in hits)
        {
            JsonSerializer.Serialize(body, new JsonObject
            {
                ["delete"] = new JsonObject
                {
                    ["_id"] = hit.GetProperty("_id"u8).GetString(),
                    ["if_seq_no"] = hit.GetProperty("_seq_no"u8).GetInt64(),
                    ["if_primary_term"] = hit.GetProperty("_primary_term"u8).GetInt64(),
                },
            });
            body.WriteByte((byte)'\n');
        }

        using var answer = await SendAsync(
            $"/{_index}/_bulk?refresh=true&filter_path=items.delete.status", body.ToArray(), ElasticRequest.NdJson, cancel).ConfigureAwait(false);
        int[] states =
        [
            .. answer.RootElement.GetProperty("items"u8).EnumerateArray()
                .Select(item => item.GetProperty("delete"u8).GetProperty("status"u8).GetInt32()),
        ];

        // One that is not there any more, or that was written meanwhile, needs no deleting.
        return states.All(status => status is 200 or 404 or 409)
            ? states.Count(status => status == 200)
            : throw new IOException($"Elasticsearch does not delete old lifetimes: {states.First(status => status is not (200 or 404 or 409))}.");
    }

    private async Task<JsonDocument> SendAsync(string path, byte[] body, string contentType, CancellationToken cancel)
    {
        var response = await client.SendAsync(
            new ElasticRequest(HttpMethod.Post, path) { Body = body, ContentType = contentType, Deadline = Deadline }, cancel).ConfigureAwait(false);
        return response.IsSuccess
            ? response.Json()
            : throw new IOException($"Elasticsearch does not delete old lifetimes: {response.Problem()}.");
    }
}
