using Telemetry.Tests.Support.Servers;

namespace Telemetry.Benchmarks.Engines;

/// <summary>A full embedded bus and an Elasticsearch with a core of its own.</summary>
internal sealed class EngineBench : IAsyncDisposable
{
    private readonly Installation _here = new();
    private readonly ElasticsearchServer _server;
    private readonly int _lines;

    private EngineBench(ElasticsearchServer server, int lines)
    {
        (_server, _lines) = (server, lines);
        Store = new StoreApi(new Uri(server.Url));
    }

    public StoreApi Store { get; }

    public Uri Address => new(_server.Url);

    public string Folder => _here.Folder;

    /// <summary>Bytes of the lines.</summary>
    public long RawBytes => (long)_lines * LogLines.LineBytes;

    public static string StreamOf(string ns) => $"logs-telemetry.app-{ns}";

    public static async Task<EngineBench> StartAsync(int lines)
    {
        var server = await ElasticsearchServer.StartAsync("2g");
        await Cores.PinAsync(server.ProcessId, Cores.Server);
        var bench = new EngineBench(server, lines);
        try
        {
            var log = Path.Combine(bench._here.Folder, "lines.log");
            LogLines.Write(log, lines, 11, DateTimeOffset.UtcNow);
            await BusFill.RunAsync(bench._here, log);
            return bench;
        }
        catch
        {
            await bench.DisposeAsync();
            throw;
        }
    }

    /// <summary>Indexes the whole bus into a namespace, from its beginning.</summary>
    public Task<IndexerRun> IndexAsync(string ns)
    {
        var state = Path.Combine(_here.Data, "store");
        if (Directory.Exists(state))
        {
            Directory.Delete(state, recursive: true);
        }

        return IndexerRun.MeasureAsync(
            _here, Store, StreamOf(ns), _lines, "--data", _here.Data, "--store", $"{_server.Url}?namespace={ns}&gzip=false");
    }

    public async ValueTask DisposeAsync()
    {
        Store.Dispose();
        await _here.DisposeAsync();
        await _server.DisposeAsync();
    }
}
