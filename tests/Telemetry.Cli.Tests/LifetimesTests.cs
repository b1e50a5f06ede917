using System.Net;

namespace Telemetry.Cli.Tests;

public sealed class LifetimesTests : IDisposable
{
    private const string Lifetime = """
        {"id":"0123456789abcdef0123456789abcdef","instance_id":"web-1","boot_id":"b1","state":"agent_stopped","sealed":false,"end_reason":"signal TERM",
        "start":"2026-11-22T11:05:58.123456Z","end":null,"last_proof_of_life":"2026-11-22T11:06:58.123456Z","host_name":"web-1\u001b[31m","role":"web","zone":"",
        "crash_count":1,"records":{"produced":12,"stored":10,"lost":1,"missing":1},"complete":false,
        "may_be_missing":{"after":"2026-11-22T11:06:58.123456Z","until":"2026-11-22T11:08:00.000000Z"},
        "workloads":[{"id":"w","name":"shop","version":"1.4.2","start":"2026-11-22T11:05:58.123456Z","end":null,"exit_code":null,"signal":11}],
        "streams":[{"id":"s","name":"/var/log/shop.log","kind":"file","lane":"bulk","produced":12,"stored":10,"lost":1,"missing":1}],
        "crashes":[{"at":"2026-11-22T11:06:00.000000Z","title":"shop died of SIGSEGV","workload_name":"shop","executable":"/opt/shop","lifetime_id":"0123456789abcdef0123456789abcdef","host_name":"web-1"}],
        "losses":[]}
        """;

    private readonly FakeServer _server = new();
    private readonly Cli _cli;

    public LifetimesTests() => _cli = new Cli { Transport = _server };

    public void Dispose() => _server.Dispose();

    [Fact]
    public async Task TheyAreRows()
    {
        _server.Answer("/api/v1/lifetimes?limit=100&since=1d", $$"""{"lifetimes":[{{Lifetime}}]}""");

        var result = await _cli.RunAsync("lifetimes", "--since", "1d");

        Assert.Equal((0, ""), (result.ExitCode, result.Error));
        Approved.Matches("lifetimes.txt", result.Out);
    }

    [Fact]
    public async Task OneIsShownWithEverything()
    {
        _server.Answer("/api/v1/lifetimes/0123", Lifetime);

        Approved.Matches("lifetime.txt", (await _cli.RunAsync("lifetimes", "0123")).Out);
    }

    [Fact]
    public async Task AnUnknownOneIsNotFound()
    {
        _server.Answer("/api/v1/lifetimes/0123", """{"error":"No lifetime has this id, 32 hex digits.","parameter":"id"}""", HttpStatusCode.NotFound);

        var result = await _cli.RunAsync("lifetimes", "0123");

        Assert.Equal((1, "telemetry: No lifetime has this id, 32 hex digits.\n"), (result.ExitCode, result.Error));
    }

    [Fact]
    public async Task CrashesAreRows()
    {
        _server.Answer("/api/v1/crashes?limit=100", """{"crashes":[{"id":"c","lifetime_id":"0123456789abcdef0123456789abcdef","at":"2026-11-22T11:06:00.000000Z","title":"System.InvalidOperationException: no stock","executable":"/opt/shop","host_name":"","instance_id":"i-07"}]}""");

        Approved.Matches("crashes.txt", (await _cli.RunAsync("crashes")).Out);
    }

    [Fact]
    public async Task JsonIsOneALine()
    {
        _server.Answer("/api/v1/lifetimes?limit=100", $$"""{"lifetimes":[{{Lifetime}},{{Lifetime}}]}""");

        Assert.Equal(2, (await _cli.RunAsync("lifetimes", "--json")).Out.TrimEnd('\n').Split('\n').Length);
    }
}
