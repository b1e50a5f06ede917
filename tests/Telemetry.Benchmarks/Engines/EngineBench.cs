using Telemetry.Tests.Support.Servers;

namespace Telemetry.Benchmarks.Engines;

/// <summary>An Elasticsearch with a core of its own, and a full embedded bus for the other.</summary>
internal sealed class EngineBench : IAsyncDisposable
{
    private readonly ElasticsearchServer _server;

    private EngineBench(ElasticsearchServer server, FilledBus bus) => (_server, Bus, Store) = (server, bus, new StoreApi(new Uri(server.Url)));

    public StoreApi Store { get; }

    public FilledBus Bus { get; }

    public static string StreamOf(string ns) => $"logs-telemetry.app-{ns}";

    public static async Task<EngineBench> StartAsync(int lines)
    {
        var bus = await FilledBus.CreateAsync(lines);
        try
        {
            var server = await ElasticsearchServer.StartAsync("2g");
            var bench = new EngineBench(server, bus);
            await Cores.PinAsync(server.ProcessId, Cores.Server);
            await Cores.PinAsync(Environment.ProcessId, Cores.Load);
            return bench;
        }
        catch
        {
            await bus.DisposeAsync();
            throw;
        }
    }

    /// <summary>Indexes the whole bus into a namespace, from its beginning.</summary>
    public Task<IndexerRun> IndexAsync(string ns) => Bus.IndexAsync(Store, ns);

    public async ValueTask DisposeAsync()
    {
        Store.Dispose();
        await Bus.DisposeAsync();
        await _server.DisposeAsync();
    }
}
