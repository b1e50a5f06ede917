using System.Net;
using System.Text;
using System.Text.Json.Nodes;

namespace Telemetry.EndToEnd.Tests.Chaos.Engines;

/// <summary>Elasticsearch through its REST API, and nothing of ours. Retries while it is not there; thread-safe.</summary>
internal sealed class StoredDocuments(string url) : IDisposable
{
    /// <summary>All data streams of documents.</summary>
    public const string Streams = "logs-telemetry.*";

    /// <summary>The one that lines of applications go to.</summary>
    public const string App = "logs-telemetry.app-default";

    private const int PageSize = 5000;
    private readonly HttpClient _http = new(new SocketsHttpHandler { UseProxy = false, AutomaticDecompression = DecompressionMethods.All })
    {
        BaseAddress = new Uri(url),
        Timeout = TimeSpan.FromSeconds(120),
    };

    /// <summary>Number of lines stored, refreshed; 0 when it cannot be asked.</summary>
    public async Task<long> CountAsync()
    {
        try
        {
            await SendAsync(HttpMethod.Post, $"/{Streams}/_refresh");
            var answer = await SendAsync(HttpMethod.Get, $"/{Streams}/_count", Lines());
            return answer["count"]!.GetValue<long>();
        }
        catch (HttpRequestException)
        {
            return 0;
        }
        catch (TaskCanceledException)
        {
            return 0;
        }
    }

    /// <summary>Every line in the index or the streams, by a point in time.</summary>
    public async IAsyncEnumerable<StoredLine> ReadAsync(string target = Streams)
    {
        await SendAsync(HttpMethod.Post, $"/{target}/_refresh");
        var pit = (await SendAsync(HttpMethod.Post, $"/{target}/_pit?keep_alive=5m"))["id"]!.GetValue<string>();
        JsonNode? after = null;
        while (true)
        {
            var query = Lines();
            query["size"] = PageSize;
            query["track_total_hits"] = false;
            query["_source"] = new JsonArray("event.original", "message", "event.sequence", "telemetry.stream.id", "telemetry.stream.epoch");
            query["pit"] = new JsonObject { ["id"] = pit, ["keep_alive"] = "5m" };
            query["sort"] = new JsonArray(new JsonObject { ["_shard_doc"] = "asc" });
            if (after is not null)
            {
                query["search_after"] = after.DeepClone();
            }

            var hits = (await SendAsync(HttpMethod.Post, "/_search", query))["hits"]!["hits"]!.AsArray();
            foreach (var hit in hits)
            {
                yield return Line(hit!);
            }

            if (hits.Count < PageSize)
            {
                break;
            }

            after = hits[^1]!["sort"];
        }

        await SendAsync(HttpMethod.Delete, "/_pit", new JsonObject { ["id"] = pit });
    }

    /// <summary>Makes the stream write to a new index. Returns the one that it wrote to until now.</summary>
    public async Task<string> RolloverAsync(string stream = App) =>
        (await SendAsync(HttpMethod.Post, $"/{stream}/_rollover"))["old_index"]!.GetValue<string>();

    /// <summary>Sends a request. Throws <see cref="HttpRequestException"/> for what is no success.</summary>
    public async Task<JsonNode> SendAsync(HttpMethod method, string path, JsonNode? body = null)
    {
        using var request = new HttpRequestMessage(method, path);
        if (body is not null)
        {
            request.Content = new StringContent(body.ToJsonString(), Encoding.UTF8, "application/json");
        }

        using var answer = await _http.SendAsync(request);
        var text = await answer.Content.ReadAsStringAsync();
        return answer.IsSuccessStatusCode
            ? JsonNode.Parse(text)!
            : throw new HttpRequestException($"{method} {path}: {(int)answer.StatusCode} {text[..Math.Min(text.Length, 400)]}", null, answer.StatusCode);
    }

    public void Dispose() => _http.Dispose();

    private static JsonObject Lines() =>
        new() { ["query"] = new JsonObject { ["term"] = new JsonObject { ["telemetry.lane"] = "bulk" } } };

    private static StoredLine Line(JsonNode hit)
    {
        var source = hit["_source"]!;
        return new StoredLine(
            hit["_id"]!.GetValue<string>(), hit["_index"]!.GetValue<string>(),
            Find(source, "telemetry", "stream", "id")?.ToString() ?? "", Find(source, "telemetry", "stream", "epoch")?.ToString() ?? "",
            Find(source, "event", "sequence")?.GetValue<long>() ?? -1,
            (Find(source, "event", "original") ?? Find(source, "message"))?.ToString() ?? "");
    }

    /// <summary>A field of a source, whose names may be nested, dotted, or both; null when it is not there.</summary>
    public static JsonNode? Find(JsonNode node, params ReadOnlySpan<string> path)
    {
        for (var taken = path.Length; taken > 0; taken--)
        {
            if (node is JsonObject && node[string.Join('.', path[..taken]!)] is { } found)
            {
                return taken == path.Length ? found : Find(found, path[taken..]);
            }
        }

        return null;
    }
}
