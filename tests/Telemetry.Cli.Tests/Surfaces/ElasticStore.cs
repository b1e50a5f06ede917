using System.Net.Http.Json;
using System.Text.Json.Nodes;
using Telemetry.Cli.Configuration;
using Telemetry.Store.Elasticsearch;
using Telemetry.Tests.Support.Servers;

namespace Telemetry.Cli.Tests.Surfaces;

/// <summary>A real Elasticsearch, which commands can also ask without a console.</summary>
public sealed class ElasticStore : FilledStore
{
    private const string Unreadable = "logs-telemetry.foreign-default";
    private const string Lifetimes = "telemetry-lifetimes-default";
    private const string Kept = "lifetimes-kept";

    private readonly HttpClient _direct = new(new SocketsHttpHandler { UseProxy = false });
    private ElasticsearchServer? _server;

    public override IEnumerable<string[]> Sources => [.. base.Sources, ["--store", _server!.Url]];

    private protected override EngineOptions Engines => new()
    {
        Elasticsearch = ElasticOptions.TryParse(_server!.Url, out var options, out var problems)
            ? options : throw new ArgumentException(string.Join(' ', problems)),
    };

    public override void Need()
    {
        if (!ElasticsearchServer.Available(out var reason))
        {
            Assert.Skip(reason);
        }
    }

    public override async ValueTask InitializeAsync()
    {
        if (ElasticsearchServer.Available(out _))
        {
            _server = await ElasticsearchServer.StartAsync();
            await base.InitializeAsync();
        }
    }

    public override async ValueTask DisposeAsync()
    {
        await base.DisposeAsync();
        _direct.Dispose();
        await (_server?.DisposeAsync() ?? default);
    }

    // An index under the pattern that is searched, whose one shard no node may have.
    internal override async Task<IAsyncDisposable> DamageAsync()
    {
        await MakeUnreadableAsync(Unreadable);
        return new Mend(() => SendAsync(HttpMethod.Delete, $"/{Unreadable}"));
    }

    // A node takes a shard back that it has had, whatever it is told: another index takes the place of the one with the lifetimes.
    internal override async Task<IAsyncDisposable> DamageLifetimesAsync()
    {
        await MoveAsync(Lifetimes, Kept);
        await MakeUnreadableAsync(Lifetimes);
        return new Mend(async () =>
        {
            await SendAsync(HttpMethod.Delete, $"/{Lifetimes}");
            await MoveAsync(Kept, Lifetimes);
        });
    }

    private protected override Task RefreshAsync() => SendAsync(HttpMethod.Post, "/_refresh");

    private Task MakeUnreadableAsync(string index) => SendAsync(
        HttpMethod.Put, $"/{index}?wait_for_active_shards=0",
        new JsonObject { ["settings"] = new JsonObject { ["index.routing.allocation.require._name"] = "nobody" } });

    private async Task MoveAsync(string from, string to)
    {
        await SendAsync(HttpMethod.Put, $"/{from}/_settings", new JsonObject { ["index.blocks.write"] = true });
        await SendAsync(HttpMethod.Post, $"/{from}/_clone/{to}?wait_for_active_shards=1");
        await SendAsync(HttpMethod.Delete, $"/{from}");
    }

    private async Task SendAsync(HttpMethod method, string path, JsonObject? body = null)
    {
        using var request = new HttpRequestMessage(method, new Uri(_server!.Url + path)) { Content = body is null ? null : JsonContent.Create(body) };
        using var answer = await _direct.SendAsync(request);
        Assert.True(answer.IsSuccessStatusCode, await answer.Content.ReadAsStringAsync());
    }
}
