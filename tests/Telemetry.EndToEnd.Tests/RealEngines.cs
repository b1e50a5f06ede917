using System.Text.Json;
using Telemetry.Tests.Support.Servers;

namespace Telemetry.EndToEnd.Tests;

/// <summary>A gateway, an indexer and a shipper as processes of their own, on a real Kafka and a real Elasticsearch.</summary>
public sealed class RealEngines : IAsyncLifetime
{
    private static readonly HttpClient Http = new() { Timeout = TimeSpan.FromSeconds(30) };

    private KafkaServer? _kafka;
    private ElasticsearchServer? _elastic;

    public Installation Here { get; } = new();

    public string Bus => $"kafka://{_kafka!.Broker}?partitions=2&replication=1&min_isr=1&session.timeout.ms=6000";

    public string Broker => _kafka!.Broker;

    public string Store => _elastic!.Url;

    /// <summary>The file that is shipped.</summary>
    public string File => Path.Combine(Here.Folder, "app.log");

    public Uri GatewayMetrics { get; private set; } = null!;

    /// <summary>Skips where a program is missing.</summary>
    public static void Need()
    {
        Commands.NeedShipper();
        if (!KafkaServer.Available(out var reason) || !ElasticsearchServer.Available(out reason))
        {
            Assert.Skip(reason);
        }
    }

    public async ValueTask InitializeAsync()
    {
        if (!System.IO.File.Exists(Installation.Shipper) || !KafkaServer.Available(out _) || !ElasticsearchServer.Available(out _))
        {
            return;
        }

        _kafka = await KafkaServer.StartAsync();
        _elastic = await ElasticsearchServer.StartAsync();
        await System.IO.File.WriteAllTextAsync(File, "");
        Here.Start("gateway", Installation.Telemetry, "gateway", "--data", Here.Data, "--bus", Bus, "--grpc-port", $"{Here.GrpcPort}",
            "--metrics-port", "0", "--json");
        GatewayMetrics = await MetricsOfAsync("gateway");
        Here.Start("shipper", Installation.Shipper, "run", "--gateway", Here.Gateway, "--data", Path.Combine(Here.Folder, "shipper"),
            "--instance-id", "ops-1", "--watch", File);
    }

    /// <summary>Starts an indexer; returns it, and where its metrics are.</summary>
    public async Task<(RunningProcess Indexer, Uri Metrics)> StartIndexerAsync(string name)
    {
        var indexer = Here.Start(name, Installation.Telemetry, "indexer", "--data", Path.Combine(Here.Folder, name + "-data"),
            "--bus", Bus, "--store", Store, "--metrics-port", "0", "--json");
        return (indexer, await MetricsOfAsync(name));
    }

    /// <summary>Ships a line and waits until it is found in the store, once.</summary>
    public async Task ShipAsync(string line)
    {
        await System.IO.File.AppendAllTextAsync(File, line + "\n");
        await IsStoredAsync(line);
    }

    /// <summary>Waits until a line is found in the store, once.</summary>
    public async Task IsStoredAsync(string line)
    {
        CommandResult? last = null;
        try
        {
            await Eventually.Holds(
                async () => (last = await SearchAsync(line)).Lines.Length == 1, $"'{line}' is found once", TimeSpan.FromSeconds(90));
        }
        finally
        {
            TestContext.Current.TestOutputHelper?.WriteLine($"The last search for '{line}': {last}");
        }
    }

    /// <summary>Documents whose message is a line, as JSON.</summary>
    public async Task<string[]> FindAsync(string line) => (await SearchAsync(line)).Lines;

    private Task<CommandResult> SearchAsync(string line) => Here.TelemetryAsync("search", $"message : {line}", "--store", Store, "--json");

    public static Task<string> GetAsync(Uri address, string path) => Http.GetStringAsync(new Uri(address, path));

    /// <summary>A call to the store.</summary>
    public async Task<JsonDocument> CallStoreAsync(HttpMethod method, string path)
    {
        using var request = new HttpRequestMessage(method, new Uri(Store + path));
        using var answer = await Http.SendAsync(request);
        return JsonDocument.Parse(await answer.Content.ReadAsStringAsync());
    }

    public async ValueTask DisposeAsync()
    {
        await Here.DisposeAsync();
        if (_elastic is not null)
        {
            await _elastic.DisposeAsync();
        }

        if (_kafka is not null)
        {
            await _kafka.DisposeAsync();
        }
    }

    /// <summary>Reads the address in what the process says once it runs.</summary>
    private async Task<Uri> MetricsOfAsync(string name)
    {
        var log = Path.Combine(Here.Folder, name + ".log");
        string? told = null;
        await Eventually.Holds(
            async () => (told = (await System.IO.File.ReadAllLinesAsync(log)).FirstOrDefault(line => line.StartsWith('{'))) is not null,
            $"{name} runs", TimeSpan.FromSeconds(90));
        using var json = JsonDocument.Parse(told!);
        return new Uri(json.RootElement.GetProperty("metrics").GetString()!);
    }
}
