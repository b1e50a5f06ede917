using Telemetry.Tests.Support.Servers;

[assembly: AssemblyFixture(typeof(Telemetry.Store.Tests.Contract.SharedElasticsearch))]

namespace Telemetry.Store.Tests.Contract;

/// <summary>The one Elasticsearch of all tests here, started by the first that asks; each test has a namespace of its own.</summary>
public sealed class SharedElasticsearch : IAsyncDisposable
{
    private readonly Lazy<Task<ElasticsearchServer>> _server = new(() => ElasticsearchServer.StartAsync());

    /// <summary>The server; skips the test where there is none.</summary>
    public Task<ElasticsearchServer> ServerAsync()
    {
        if (!ElasticsearchServer.Available(out var reason))
        {
            Assert.Skip(reason);
        }

        return _server.Value;
    }

    public async ValueTask DisposeAsync()
    {
        if (_server.IsValueCreated)
        {
            await (await _server.Value).DisposeAsync();
        }
    }
}
