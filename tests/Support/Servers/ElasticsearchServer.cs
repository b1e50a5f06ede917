namespace Telemetry.Tests.Support.Servers;

/// <summary>
/// A real Elasticsearch of the test's own on loopback, in a fresh directory. It is started from <c>elasticsearch/start</c> in
/// <see cref="ServerFolder"/>.
/// </summary>
public sealed class ElasticsearchServer : IAsyncDisposable
{
    private static readonly HttpClient Http = new(new SocketsHttpHandler { UseProxy = false }) { Timeout = TimeSpan.FromSeconds(30) };

    private readonly TemporaryDirectory _directory = new();
    private readonly string _heap;
    private readonly string[] _settings;
    private RunningProcess _process = null!;

    private ElasticsearchServer(string heap, string[] settings) => (_heap, _settings) = (heap, settings);

    /// <summary>Port of the REST API; the transport has the one 100 above.</summary>
    public int Port { get; private set; }

    /// <summary>Address of the REST API, without a slash at its end.</summary>
    public string Url => $"http://127.0.0.1:{Port}";

    /// <summary>Process id.</summary>
    public int ProcessId => _process.Id;

    /// <summary>What it prints.</summary>
    public string LogFile => _directory["elasticsearch.log"];

    private static string StartScript => ServerFolder.In("elasticsearch/start");

    /// <summary>False, with the reason, where it cannot be started.</summary>
    public static bool Available(out string reason) => ServerFolder.Has("elasticsearch/start", "Elasticsearch", out reason);

    /// <summary>Starts one and waits until it answers.</summary>
    /// <param name="heap">Of the JVM.</param>
    /// <param name="settings">More settings, <c>name=value</c>.</param>
    public static async Task<ElasticsearchServer> StartAsync(string heap = "512m", params string[] settings)
    {
        var server = new ElasticsearchServer(heap, settings);
        try
        {
            await server.RestartAsync();
            return server;
        }
        catch
        {
            await server.DisposeAsync();
            throw;
        }
    }

    /// <summary>Starts it again on the same directory and port, and waits until it answers.</summary>
    public async Task RestartAsync()
    {
        // Another process may take a port that was free a moment ago; the first start may choose again.
        var attempts = Port == 0 ? 3 : 1;
        for (var attempt = 1; ; attempt++)
        {
            Port = Port == 0 ? FreePort.Pair(100) : Port;
            _process = RunningProcess.Start(
                LogFile, "/usr/bin/env", ["HEAP=" + _heap, StartScript, _directory["node"], $"{Port}", .. _settings]);
            if (await IsReadyAsync())
            {
                return;
            }

            await _process.DisposeAsync();
            if (attempt == attempts)
            {
                throw new InvalidOperationException($"Elasticsearch did not start:{Environment.NewLine}{string.Join(Environment.NewLine, File.ReadLines(LogFile).TakeLast(20))}");
            }

            Port = 0;
        }
    }

    /// <summary>Ends it as a crash does.</summary>
    public async Task KillAsync()
    {
        await _process.KillAsync();
        await _process.DisposeAsync();
    }

    /// <summary>It stands still, and its connections stay open.</summary>
    public void Pause() => _process.Pause();

    /// <summary>It goes on.</summary>
    public void Continue() => _process.Continue();

    /// <summary>Ends it in an orderly way.</summary>
    public async Task StopAsync() => await _process.DisposeAsync();

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (_process is not null)
        {
            await _process.DisposeAsync();
        }

        _directory.Dispose();
    }

    private async Task<bool> IsReadyAsync()
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(120));
        while (!_process.HasExited && !patience.IsCancellationRequested)
        {
            try
            {
                // 503 until the cluster's state is read; its health is told before that.
                using var answer = await Http.GetAsync(new Uri(Url + "/"), patience.Token);
                if (answer.IsSuccessStatusCode)
                {
                    return true;
                }
            }
            catch (Exception e) when (e is HttpRequestException or OperationCanceledException)
            {
                // Not listening yet.
            }

            await Task.Delay(100);
        }

        return false;
    }
}
