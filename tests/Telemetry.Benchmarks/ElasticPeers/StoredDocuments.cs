using System.Diagnostics;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using Telemetry.Benchmarks.Engines;

namespace Telemetry.Benchmarks.ElasticPeers;

/// <summary>What a data stream holds, as the store itself says; no other index is looked at.</summary>
internal sealed class StoredDocuments(Uri elasticsearch, string dataStream) : IDisposable
{
    private const int PageSize = 10_000;

    private readonly HttpClient _http = new(new SocketsHttpHandler { UseProxy = false }) { BaseAddress = elasticsearch, Timeout = TimeSpan.FromMinutes(1) };

    public void Dispose() => _http.Dispose();

    /// <summary>Waits until so many documents are stored, or none was for the patience.</summary>
    public async Task WaitAsync(long documents, SteadyRate rate, Stopwatch clock, TimeSpan patience)
    {
        var (stored, after) = (0L, TimeSpan.Zero);
        while (stored < documents && clock.Elapsed - after < patience)
        {
            await Task.Delay(SteadyRate.LookEvery);
            var now = await IndexedAsync();
            rate.Saw(now, clock.Elapsed);
            (stored, after) = now > stored ? (now, clock.Elapsed) : (stored, after);
        }
    }

    /// <summary>Lost and duplicated, by a look at every document.</summary>
    public async Task<(long Lost, long Duplicated)> CompareAsync(IEnumerable<string> given)
    {
        var missing = given.ToHashSet(StringComparer.Ordinal);
        var seen = new HashSet<string>(missing.Count, StringComparer.Ordinal);
        long duplicated = 0;
        await foreach (var id in IdsAsync())
        {
            missing.Remove(id);
            duplicated += seen.Add(id) ? 0 : 1;
        }

        return (missing.Count, duplicated);
    }

    // Counted as they are indexed: a count by search would wait for the refresh, or force one that the peer pays for.
    private async Task<long> IndexedAsync()
    {
        using var answer = await _http.GetAsync(new Uri($"{dataStream}/_stats/indexing?filter_path=_all.primaries.indexing", UriKind.Relative));
        return answer.IsSuccessStatusCode && await answer.Content.ReadFromJsonAsync<JsonNode>() is { } json
            && json["_all"]?["primaries"]?["indexing"] is { } indexing
            ? (long)indexing["index_total"]!
            : 0;
    }

    private async IAsyncEnumerable<string> IdsAsync()
    {
        if (await PostAsync($"{dataStream}/_refresh") is null)
        {
            yield break;
        }

        var pit = (string)(await PostAsync($"{dataStream}/_pit?keep_alive=2m"))!["id"]!;
        JsonNode? after = null;
        while (true)
        {
            var query = new JsonObject
            {
                ["size"] = PageSize,
                ["track_total_hits"] = false,
                ["_source"] = false,
                ["pit"] = new JsonObject { ["id"] = pit, ["keep_alive"] = "2m" },
                ["sort"] = new JsonArray("_shard_doc"),
            };
            if (after is not null)
            {
                query["search_after"] = after.DeepClone();
            }

            var hits = (await PostAsync("_search?filter_path=hits.hits._id,hits.hits.sort", query))?["hits"]?["hits"]?.AsArray();
            if (hits is null || hits.Count == 0)
            {
                yield break;
            }

            foreach (var hit in hits)
            {
                yield return (string)hit!["_id"]!;
            }

            after = hits[^1]!["sort"];
        }
    }

    /// <summary>Null where there is no such data stream.</summary>
    private async Task<JsonNode?> PostAsync(string path, JsonObject? body = null)
    {
        using var content = body is null ? null : JsonContent.Create(body);
        using var answer = await _http.PostAsync(new Uri(path, UriKind.Relative), content);
        if (answer.StatusCode == System.Net.HttpStatusCode.NotFound)
        {
            return null;
        }

        answer.EnsureSuccessStatusCode();
        return await answer.Content.ReadFromJsonAsync<JsonNode>();
    }
}
