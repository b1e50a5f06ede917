using Microsoft.Extensions.Logging;
using Telemetry.Cli.Configuration;
using Telemetry.Cli.Hosting;
using Telemetry.Store;
using Telemetry.Store.Elasticsearch;
using Telemetry.Tests.Support.Servers;

namespace Telemetry.Cli.Tests;

/// <summary>Writers who may create documents and nothing else. Proved on the scripted store: the real one here has no security.</summary>
public sealed class LeastPrivilegeTests : IAsyncLifetime
{
    private readonly StringWriter _log = new();
    private readonly FakeTime _time = new();
    private ScriptedElasticsearch _store = null!;

    public async ValueTask InitializeAsync() => _store = await ScriptedElasticsearch.StartAsync();

    public ValueTask DisposeAsync() => _store.DisposeAsync();

    [Fact]
    public async Task WhoMayNotChangeTheTemplatesThatAreThereIsWarnedOnce()
    {
        await new Cli().RunAsync("store", "install", "--store", _store.Url);
        _store.IsForbidden = request => request.StartsWith("PUT", StringComparison.Ordinal) || request.EndsWith("telemetry@settings", StringComparison.Ordinal);
        await using var engine = Engine();

        await engine.PrepareAsync(default);
        _time.Advance(TimeSpan.FromMinutes(1));

        Assert.Empty(await engine.CheckAsync(default));
        Assert.Single(Lines, line => line.Contains(" WARN  main: The templates of the store are left as they are", StringComparison.Ordinal));
        Assert.Single(Lines);
    }

    [Fact]
    public async Task WhoMayNotEvenLookIsWarnedAndGoesOn()
    {
        _store.IsForbidden = request => !request.EndsWith(" /", StringComparison.Ordinal) && !request.Contains("_bulk", StringComparison.Ordinal);
        await using var engine = Engine();

        await engine.PrepareAsync(default);

        Assert.Empty(await engine.CheckAsync(default));
        Assert.Contains(" WARN ", Assert.Single(Lines), StringComparison.Ordinal);
    }

    [Fact]
    public async Task WhereTheStreamsAreMissingItIsAProblemUntilSomeoneInstalls()
    {
        _store.IsForbidden = request => request.StartsWith("PUT", StringComparison.Ordinal);
        await using var engine = Engine();

        await engine.PrepareAsync(default);

        var problem = Assert.Single(await engine.CheckAsync(default));
        Assert.Contains("neither the data streams logs-telemetry.app-default", problem, StringComparison.Ordinal);
        Assert.Contains("telemetry store install", problem, StringComparison.Ordinal);
        Assert.Contains(" ERROR ", Assert.Single(Lines), StringComparison.Ordinal);

        _store.IsForbidden = _ => false;
        await new Cli().RunAsync("store", "install", "--store", _store.Url);
        _store.IsForbidden = request => request.StartsWith("PUT", StringComparison.Ordinal);
        await Eventually.Holds(
            async () =>
            {
                _time.Advance(TimeSpan.FromSeconds(2));
                return (await engine.CheckAsync(default)).Count == 0;
            },
            "all is well");
    }

    private static RetentionOptions Keep { get; } = new()
    {
        BusKeep = TimeSpan.FromDays(1), BusKeepBytes = 1 << 30, StoreKeep = TimeSpan.FromDays(7), StoreKeepBytes = 1 << 30,
        KeepLifetimes = TimeSpan.FromDays(90),
    };

    private string[] Lines => _log.ToString().Split('\n', StringSplitOptions.RemoveEmptyEntries);

    private ElasticStoreEngine Engine()
    {
        Assert.True(ElasticOptions.TryParse(_store.Url, out var options, out _));
        return new ElasticStoreEngine(
            options, Keep, PromotedFields.None, _time, new PlainLoggerProvider(_log, LogLevel.Information, _time).CreateLogger("Telemetry.Main"));
    }
}
