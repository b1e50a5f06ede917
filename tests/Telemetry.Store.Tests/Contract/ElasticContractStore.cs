using System.Text.Json;
using System.Text.Json.Nodes;
using Telemetry.Store.Elasticsearch;
using Telemetry.Store.Elasticsearch.Reading;
using Telemetry.Store.Elasticsearch.Writing;

namespace Telemetry.Store.Tests.Contract;

/// <summary>A namespace of the shared server, with a template that has our mappings.</summary>
internal sealed class ElasticContractStore : IContractStore
{
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(60);
    private readonly DataStreamNames _names;

    private ElasticContractStore(ElasticClient client)
    {
        Client = client;
        _names = new DataStreamNames(client.Options.Namespace);
        Reader = new ElasticDocumentReader(client, new FakeTime(), new Random(1));
    }

    public ElasticClient Client { get; }

    public IDocumentReader Reader { get; }

    public static async Task<ElasticContractStore> CreateAsync(SharedElasticsearch shared)
    {
        var server = await shared.ServerAsync();
        var store = new ElasticContractStore(new ElasticClient(
            new ElasticOptions { Hosts = [new Uri(server.Url)], Namespace = $"t{Guid.NewGuid():N}" }));
        await store.SendAsync(HttpMethod.Put, $"/_index_template/{store._names.Namespace}", new JsonObject
        {
            ["index_patterns"] = new JsonArray($"logs-telemetry.*-{store._names.Namespace}"),
            ["priority"] = 500,
            ["data_stream"] = new JsonObject(),
            ["template"] = new JsonObject
            {
                ["settings"] = new JsonObject { ["index.mode"] = "logsdb", ["index.number_of_replicas"] = 0 },
                ["mappings"] = ElasticMappings.Documents(),
            },
        });
        return store;
    }

    public async Task StoreAsync(IEnumerable<Document> documents)
    {
        var buffer = new ByteBuffer(1 << 16);
        var encoder = new BulkEncoder(_names);
        foreach (var document in documents)
        {
            encoder.Append(buffer, document, out _);
        }

        if (buffer.Length == 0)
        {
            return;
        }

        var request = new ElasticRequest(HttpMethod.Post, "/_bulk?refresh=true")
        {
            Body = buffer.Slice(0, buffer.Length), ContentType = ElasticRequest.NdJson, Deadline = Deadline,
        };
        var response = await Client.SendAsync(request, default);
        using var json = response.Json();
        Assert.False(json.RootElement.GetProperty("errors").GetBoolean(), json.RootElement.ToString()[..Math.Min(3000, json.RootElement.ToString().Length)]);
    }

    public async Task RollOverAsync()
    {
        foreach (var name in _names.All)
        {
            var response = await Client.SendAsync(HttpMethod.Post, $"/{name}/_rollover", default, Deadline, default);
            Assert.True(response.IsSuccess || response.Status is 404 or 400, response.Problem());
        }
    }

    public async Task<JsonDocument> SendAsync(HttpMethod method, string path, JsonObject? body = null)
    {
        var response = await Client.SendAsync(method, path, body is null ? default : JsonSerializer.SerializeToUtf8Bytes(body), Deadline, default);
        Assert.True(response.IsSuccess, response.Problem());
        return response.Json();
    }

    public async ValueTask DisposeAsync()
    {
        // Data streams cannot be deleted here; what they hold ends with the server.
        await Client.SendAsync(HttpMethod.Delete, $"/_index_template/{_names.Namespace}", default, Deadline, default);
        Client.Dispose();
    }
}
