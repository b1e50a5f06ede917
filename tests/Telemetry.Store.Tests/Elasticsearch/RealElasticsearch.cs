using System.Text.Json.Nodes;
using Telemetry.Store.Elasticsearch;
using Telemetry.Tests.Support.Servers;

namespace Telemetry.Store.Tests.Elasticsearch;

/// <summary>One real server for the tests of a class; each test has a namespace of its own in it.</summary>
public sealed class RealElasticsearch : IAsyncLifetime
{
    private static readonly HttpClient Http = new();
    private ElasticsearchServer? _server;

    internal ElasticsearchServer Server
    {
        get
        {
            Assert.SkipUnless(ElasticsearchServer.Available(out var reason), reason);
            return _server!;
        }
    }

    public async ValueTask InitializeAsync() =>
        _server = ElasticsearchServer.Available(out _) ? await ElasticsearchServer.StartAsync() : null;

    public async ValueTask DisposeAsync()
    {
        if (_server is not null)
        {
            await _server.DisposeAsync();
        }
    }

    /// <summary>Installs the templates of a namespace. Returns the store's URL.</summary>
    internal async Task<string> InstallAsync(string ns)
    {
        var url = Url(ns);
        using var client = Client(url);
        var installer = new TemplateInstaller(client, new TemplateOptions());
        await installer.ApplyAsync(await installer.PlanAsync(default), default);
        return url;
    }

    internal string Url(string ns) => $"{Server.Url}?namespace={ns}&gzip=false";

    internal static ElasticClient Client(string url) =>
        ElasticOptions.TryParse(url, out var options, out var problems) ? new ElasticClient(options) : throw new ArgumentException(problems[0]);

    /// <summary>Ids in a data stream by backing index.</summary>
    internal async Task<List<(string Index, string Id)>> DocumentsAsync(string stream)
    {
        await SendAsync(HttpMethod.Post, $"/{stream}/_refresh");

        // Without a point in time a merge between two pages shows a document twice.
        var pit = (await SendAsync(HttpMethod.Post, $"/{stream}/_pit?keep_alive=5m"))["id"]!.ToString();
        List<(string, string)> documents = [];
        JsonNode? after = null;
        while (true)
        {
            var query = new JsonObject
            {
                ["size"] = 5000,
                ["_source"] = false,
                ["pit"] = new JsonObject { ["id"] = pit, ["keep_alive"] = "5m" },
                ["sort"] = new JsonArray(new JsonObject { ["event.sequence"] = "asc" }, new JsonObject { ["_shard_doc"] = "asc" }),
            };
            if (after is not null)
            {
                query["search_after"] = after.DeepClone();
            }

            var hits = (await SendAsync(HttpMethod.Post, "/_search", query))["hits"]!["hits"]!.AsArray();
            if (hits.Count == 0)
            {
                return documents;
            }

            documents.AddRange(hits.Select(hit => (hit!["_index"]!.ToString(), hit["_id"]!.ToString())));
            after = hits[^1]!["sort"];
        }
    }

    internal Task RolloverAsync(string stream) => SendAsync(HttpMethod.Post, $"/{stream}/_rollover");

    internal async Task<JsonNode> SendAsync(HttpMethod method, string path, JsonNode? body = null)
    {
        using var request = new HttpRequestMessage(method, Server.Url + path);
        request.Content = body is null ? null : new StringContent(body.ToJsonString(), null, "application/json");
        using var answer = await Http.SendAsync(request);
        var text = await answer.Content.ReadAsStringAsync();
        Assert.True(answer.IsSuccessStatusCode, $"{method} {path}: {text}");
        return JsonNode.Parse(text)!;
    }
}
