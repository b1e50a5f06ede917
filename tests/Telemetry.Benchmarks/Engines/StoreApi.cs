using System.Net.Http.Headers;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Telemetry.Benchmarks.Engines;

/// <summary>What benchmarks ask an Elasticsearch, without our own client.</summary>
internal sealed class StoreApi(Uri address) : IDisposable
{
    private readonly HttpClient _http = new(new SocketsHttpHandler { UseProxy = false, PooledConnectionIdleTimeout = TimeSpan.FromMinutes(5) })
    {
        BaseAddress = address,
        Timeout = TimeSpan.FromMinutes(5),
    };

    /// <summary>Without a slash at its end.</summary>
    public string Address { get; } = address.ToString().TrimEnd('/');

    /// <summary>Documents that the node has indexed into indices of a pattern; costs the node next to nothing.</summary>
    public async Task<long> IndexedAsync(string pattern)
    {
        using var json = await GetAsync($"/{pattern}/_stats/indexing?filter_path=_all.primaries.indexing.index_total&ignore_unavailable=true&allow_no_indices=true");
        return json.RootElement.TryGetProperty("_all", out var all) && all.TryGetProperty("primaries", out var primaries)
            ? primaries.GetProperty("indexing").GetProperty("index_total").GetInt64()
            : 0;
    }

    /// <summary>Documents that a search finds, exactly.</summary>
    public async Task<long> CountAsync(string pattern)
    {
        await PostAsync($"/{pattern}/_refresh", "");
        using var json = await GetAsync($"/{pattern}/_count");
        return json.RootElement.GetProperty("count").GetInt64();
    }

    /// <summary>Returns when the node is done with what was sent before: flushed, and no merge running.</summary>
    public async Task SettleAsync()
    {
        using var flushed = await PostAsync("/_flush?wait_if_ongoing=true", "");
        while (true)
        {
            using var json = await GetAsync("/_stats/merge?filter_path=_all.total.merges.current");
            if (json.RootElement.GetProperty("_all").GetProperty("total").GetProperty("merges").GetProperty("current").GetInt64() == 0)
            {
                return;
            }

            await Task.Delay(200);
        }
    }

    /// <summary>Merges each shard of a pattern to one segment, as an index that has rolled over is.</summary>
    public async Task MergeAsync(string pattern)
    {
        using var merged = await PostAsync($"/{pattern}/_forcemerge?max_num_segments=1", "");
        // Until then searches hold the files of before.
        using var refreshed = await PostAsync($"/{pattern}/_refresh", "");
    }

    /// <summary>
    /// Bytes of the segments of a pattern's primaries. What <c>_stats/store</c> says may be ten seconds old, and count segments that were
    /// merged since.
    /// </summary>
    public async Task<long> StoredBytesAsync(string pattern)
    {
        using var flushed = await PostAsync($"/{pattern}/_flush?force=true&wait_if_ongoing=true", "");
        using var json = await GetAsync($"/{pattern}/_segments?filter_path=indices.*.shards.*.segments.*.size_in_bytes,indices.*.shards.*.routing.primary");
        return json.RootElement.GetProperty("indices").EnumerateObject()
            .SelectMany(index => index.Value.GetProperty("shards").EnumerateObject())
            .SelectMany(shard => shard.Value.EnumerateArray())
            .Where(copy => copy.GetProperty("routing").GetProperty("primary").GetBoolean() && copy.TryGetProperty("segments", out _))
            .SelectMany(copy => copy.GetProperty("segments").EnumerateObject())
            .Sum(segment => segment.Value.GetProperty("size_in_bytes").GetInt64());
    }

    /// <summary>Gives data streams of a pattern the very template of one of ours.</summary>
    public async Task CopyTemplateAsync(string stream, string pattern)
    {
        using var there = await GetAsync($"/_index_template/{stream}");
        var template = JsonNode.Parse(there.RootElement.GetProperty("index_templates")[0].GetProperty("index_template").GetRawText())!;
        template["index_patterns"] = new JsonArray(pattern);
        await PutAsync($"/_index_template/bench-{pattern.TrimEnd('*')}", template.ToJsonString());
    }

    public async Task PutAsync(string path, string body)
    {
        using var content = new StringContent(body, System.Text.Encoding.UTF8, "application/json");
        using var answer = await _http.PutAsync(new Uri(path, UriKind.Relative), content);
        answer.EnsureSuccessStatusCode();
    }

    /// <summary>Sends one bulk request; returns how many items were created.</summary>
    public async Task<int> BulkAsync(ReadOnlyMemory<byte> body, int documents)
    {
        using var content = new ReadOnlyMemoryContent(body);
        content.Headers.ContentType = new MediaTypeHeaderValue("application/x-ndjson");
        using var answer = await _http.PostAsync(new Uri("/_bulk?require_data_stream=true&filter_path=errors", UriKind.Relative), content);
        answer.EnsureSuccessStatusCode();
        using var json = await JsonDocument.ParseAsync(await answer.Content.ReadAsStreamAsync());
        return json.RootElement.GetProperty("errors").GetBoolean()
            ? throw new InvalidOperationException("The raw loader's documents were not all taken.")
            : documents;
    }

    public async Task<JsonDocument> GetAsync(string path)
    {
        using var answer = await _http.GetAsync(new Uri(path, UriKind.Relative));
        answer.EnsureSuccessStatusCode();
        return await JsonDocument.ParseAsync(await answer.Content.ReadAsStreamAsync());
    }

    public async Task<JsonDocument> PostAsync(string path, string body)
    {
        using var content = new StringContent(body, System.Text.Encoding.UTF8, "application/json");
        using var answer = await _http.PostAsync(new Uri(path, UriKind.Relative), body.Length == 0 ? null : content);
        answer.EnsureSuccessStatusCode();
        return await JsonDocument.ParseAsync(await answer.Content.ReadAsStreamAsync());
    }

    public void Dispose() => _http.Dispose();
}
