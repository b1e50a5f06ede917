namespace Telemetry.Cli.Demo;

/// <summary>The servers of the demo. Disposal ends everything that was started.</summary>
internal sealed class DemoFleet : IAsyncDisposable
{
    private static readonly ServerPlan[] Plans =
    [
        new("web-1", "web", "eu-1a", LogsToFile: true, LinesPerSecond: 6),
        new("web-2", "web", "eu-1b", LogsToFile: true, LinesPerSecond: 6),
        new("api-1", "api", "eu-1a", LogsToFile: false, LinesPerSecond: 4),
        new("api-2", "api", "eu-1b", LogsToFile: false, LinesPerSecond: 4),
        new("db-1", "db", "eu-1c", LogsToFile: true, LinesPerSecond: 3),
        new("worker-1", "worker", "eu-1b", LogsToFile: false, LinesPerSecond: 3),
        new("worker-2", "worker", "eu-1c", LogsToFile: false, LinesPerSecond: 3),
    ];

    private readonly Dictionary<string, DemoServer> _servers;

    public DemoFleet(DemoSetup setup, TimeProvider time) =>
        _servers = Plans.ToDictionary(plan => plan.Name, plan => new DemoServer(plan, setup, time), StringComparer.Ordinal);

    public int Count => _servers.Count;

    public DemoServer this[string name] => _servers[name];

    /// <summary>Boots every server; some services get further arguments, by the server's name.</summary>
    public void BootAll(IReadOnlyDictionary<string, string[]> arguments)
    {
        foreach (var (name, server) in _servers)
        {
            server.Boot(arguments.GetValueOrDefault(name, []));
        }
    }

    public async ValueTask DisposeAsync() =>
        await Task.WhenAll(_servers.Values.Select(server => server.DisposeAsync().AsTask()));
}
