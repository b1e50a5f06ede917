using Telemetry.Cli.Configuration;
using Telemetry.Cli.Hosting;
using Telemetry.Store.Elasticsearch;

namespace Telemetry.Cli.Client;

/// <summary>The HTTP API while a verb uses it, and what stands behind it.</summary>
internal sealed class ApiSession(TelemetryApi api, SocketsHttpHandler? transport = null, StoreApi? store = null) : IAsyncDisposable
{
    /// <summary>The API.</summary>
    public TelemetryApi Api => api;

    /// <summary>Over a store, in this process.</summary>
    public static async Task<ApiSession> OverStoreAsync(CliContext context, ElasticOptions elastic, TelemetryOptions options)
    {
        var store = await StoreApi.StartAsync(context, elastic, options);
        var transport = store.CreateTransport();
        return new ApiSession(new TelemetryApi(new ClientOptions { Url = new("http://localhost") }, transport, elastic.Redacted), transport, store);
    }

    public async ValueTask DisposeAsync()
    {
        api.Dispose();
        transport?.Dispose();
        if (store is not null)
        {
            await store.DisposeAsync();
        }
    }
}
