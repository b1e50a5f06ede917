using System.Text.Json;
using System.Text.Json.Nodes;
using Telemetry.Store.Elasticsearch;
using Telemetry.Store.Elasticsearch.Reading;
using Telemetry.Store.Tests.Elasticsearch;

namespace Telemetry.Store.Tests.Contract;

/// <summary>A namespace of the shared server, with the product's templates and writer.</summary>
internal sealed class ElasticContractStore : IContractStore
{
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(60);
    private readonly DataStreamNames _names;
    private readonly WriterHarness _harness;
    private readonly IDocumentWriter _writer;
    private long _position;

    private ElasticContractStore(string url)
    {
        _harness = new WriterHarness(url, WriterHarness.Quick with { MaxRequestBytes = 4 << 20, MaxHeldBytes = 64 << 20 });
        _writer = _harness.Open();
        _names = new DataStreamNames(Client.Options.Namespace);
        Reader = new ElasticDocumentReader(Client, Time, new Random(1));
    }

    public ElasticClient Client => _harness.Client;

    public FakeTime Time { get; } = new();

    public IDocumentReader Reader { get; }

    public static async Task<ElasticContractStore> CreateAsync(SharedElasticsearch shared)
    {
        var server = await shared.ServerAsync();
        var store = new ElasticContractStore($"{server.Url}?namespace=t{Guid.NewGuid():N}");
        var installer = new TemplateInstaller(store.Client, new TemplateOptions());
        await installer.ApplyAsync(await installer.PlanAsync(default), default);
        return store;
    }

    public async Task StoreAsync(IEnumerable<Document> documents)
    {
        foreach (var document in documents)
        {
            Assert.True(_writer.Begin(_position++, document.MintedUnixUs));
            _writer.Write(document);
        }

        Assert.Empty(await _writer.CommitAsync(_position, default));
        await SendAsync(HttpMethod.Post, $"/logs-telemetry.*-{_names.Namespace}/_refresh");
    }

    /// <summary>Stores documents that may have been stored before, as after a rewind.</summary>
    public async Task ReplayAsync(IEnumerable<Document> documents)
    {
        await using var writer = _harness.Open("", inDoubtUntil: long.MaxValue);
        foreach (var (position, document) in documents.Index())
        {
            Assert.True(writer.Begin(position, document.MintedUnixUs));
            writer.Write(document);
        }

        Assert.Empty(await writer.CommitAsync(long.MaxValue, default));
        await SendAsync(HttpMethod.Post, $"/logs-telemetry.*-{_names.Namespace}/_refresh");
    }

    public async Task RollOverAsync()
    {
        foreach (var name in _names.All)
        {
            // 400 or 404: nothing was stored there yet.
            var response = await Client.SendAsync(HttpMethod.Post, $"/{name}/_rollover", default, Deadline, default);
            Assert.True(response.IsSuccess || response.Status is 404 or 400, response.Problem());
        }
    }

    public async Task PromoteAsync(PromotedFields fields)
    {
        var installer = new TemplateInstaller(Client, new TemplateOptions { Promoted = fields });
        await installer.ApplyAsync(await installer.PlanAsync(default), default);
    }

    public async Task<JsonDocument> SendAsync(HttpMethod method, string path, JsonObject? body = null)
    {
        var response = await Client.SendAsync(method, path, body is null ? default : JsonSerializer.SerializeToUtf8Bytes(body), Deadline, default);
        Assert.True(response.IsSuccess, response.Problem());
        return response.Json();
    }

    // Data streams cannot be deleted on the test server; what they hold ends with it.
    public async ValueTask DisposeAsync()
    {
        await _writer.DisposeAsync();
        await _harness.DisposeAsync();
    }
}
