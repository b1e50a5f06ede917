using System.Net;
using System.Text.Json;
using Microsoft.Extensions.Logging;
using Telemetry.Autopsy;
using Telemetry.Bus;
using Telemetry.Cli.Configuration;
using Telemetry.Cli.Hosting;
using Telemetry.Console.Metrics;
using Telemetry.Gateway.Authentication;
using Telemetry.Indexer;
using Telemetry.Store;
using Telemetry.Store.Sqlite.State;
using Telemetry.Wire;

namespace Telemetry.Cli.Tests.Surfaces;

/// <summary>
/// A store that the indexer has filled with what <see cref="SomeFleet"/> delivered, and the console on it. All clocks stand still, so
/// that ages and verdicts are the same whenever they are asked for.
/// </summary>
public abstract class FilledStore : IAsyncLifetime
{
    private readonly TemporaryDirectory _directory = new();
    private readonly StringWriter _log = new();
    private readonly MeterExposition _meters = new();
    private readonly ILoggerFactory _loggers;
    private IStoreEngine? _store;
    private HttpHost? _console;

    protected FilledStore() => _loggers = LoggerFactory.Create(logging =>
        logging.AddProvider(new PlainLoggerProvider(_log, LogLevel.Warning, TimeProvider.System)).AddFilter("Microsoft", LogLevel.None));

    /// <summary>The console.</summary>
    public HttpClient Http { get; } = new(new SocketsHttpHandler { UseProxy = false });

    /// <summary>What a command is told of where to look, for each way there is.</summary>
    public virtual IEnumerable<string[]> Sources => [["--url", Http.BaseAddress!.ToString()]];

    private protected DataDirectory Data => new(_directory["data"]);

    private PartFactory Factory => new(Options, Data, new TokenStore(Data.Path, TimeProvider.System), new FakeTime(), _loggers);

    private TelemetryOptions Options => new()
    {
        DataDirectory = Data.Path,
        Engines = Engines,
        Listen = new ListenerOptions { Http = new IPEndPoint(IPAddress.Loopback, 0) },
        Retention = new RetentionOptions
        {
            StoreKeep = TimeSpan.FromDays(7), StoreKeepBytes = 1L << 30, KeepLifetimes = TimeSpan.FromDays(90),
            BusKeep = TimeSpan.FromDays(1), BusKeepBytes = 1L << 30,
        },
        Fields = SomeFleet.Fields,
    };

    private protected virtual EngineOptions Engines => new();

    /// <summary>Skips the test where the store cannot be had.</summary>
    public virtual void Need()
    {
    }

    /// <summary>Makes a part of the store unreadable that holds none of the documents, until what is returned is disposed of.</summary>
    internal abstract Task<IAsyncDisposable> DamageAsync();

    /// <summary>Makes the lifetimes unreadable until what is returned is disposed of.</summary>
    internal abstract Task<IAsyncDisposable> DamageLifetimesAsync();

    /// <summary>Ids of one page of hits, and the cursor of the next.</summary>
    internal async Task<(IReadOnlyList<string> Ids, string? Next)> PageAsync(string path, string? cursor)
    {
        using var json = JsonDocument.Parse(await Http.GetStringAsync(
            new Uri(path + (cursor is null ? "" : $"&cursor={Uri.EscapeDataString(cursor)}"), UriKind.Relative)));
        return (
            [.. json.RootElement.GetProperty("hits").EnumerateArray().Select(hit => hit.GetProperty("_id").GetString()!)],
            json.RootElement.GetProperty("next").GetString());
    }

    /// <summary>Id of the one document that matches.</summary>
    internal async Task<string> IdAsync(string query) =>
        Assert.Single((await PageAsync($"/api/v1/search?q={Uri.EscapeDataString(query)}", null)).Ids);

    public virtual async ValueTask InitializeAsync()
    {
        Data.Prepare();
        await FillAsync();
        _store = Factory.OpenStore();
        _console = await Factory.StartConsoleAsync(_store, null, _meters, _ => Task.FromResult<IReadOnlyList<Console.HealthPart>>([]));
        Http.BaseAddress = _console.Address;
    }

    public virtual async ValueTask DisposeAsync()
    {
        Http.Dispose();
        await (_console?.DisposeAsync() ?? default);
        await (_store?.DisposeAsync() ?? default);
        _meters.Dispose();
        _loggers.Dispose();
        _directory.Dispose();
        GC.SuppressFinalize(this);
    }

    /// <summary>Lets searches see what was stored.</summary>
    private protected virtual Task RefreshAsync() => Task.CompletedTask;

    private async Task FillAsync()
    {
        var time = new FakeTime();
        await using var bus = await Factory.OpenBusAsync(default);
        await using var store = Factory.OpenStore();
        await using var writer = bus.OpenWriter();
        await store.PrepareAsync(default);

        // Who servers are is known before their lines come, as it changes what the documents say.
        await AppendAsync(writer, Lane.Critical);
        await using var indexer = IndexerHost.Start(
            new IndexerOptions { DataDirectory = Data.Path, IdleCommitAfter = TimeSpan.Zero, Promoted = SomeFleet.Fields },
            bus, store.OpenWriter, store.LifetimeWriter, log: _loggers.CreateLogger("Telemetry.Indexer"), time: time);
        await WaitAsync(lifetimes => Stored(lifetimes, Lane.Critical) == SomeFleet.Records(Lane.Critical), "the critical lane is indexed");
        await AppendAsync(writer, Lane.Bulk);
        await WaitAsync(lifetimes => Stored(lifetimes, Lane.Bulk) == SomeFleet.Records(Lane.Bulk), "the bulk lane is indexed");

        // Lifetimes are told of each second, where others read them.
        time.Advance(TimeSpan.FromSeconds(1));
        var known = await KnownAsync(State);
        await Eventually.Holds(
            async () =>
            {
                await RefreshAsync();
                return (await KnownAsync(store.Lifetimes)).SequenceEqual(known);
            },
            "the store knows of each lifetime what the indexer does", TimeSpan.FromSeconds(60));
    }

    // Whatever the store, the indexer knows from files of its own what it has stored.
    private SqliteLifetimeReader State => new(Data.Store, TimeProvider.System);

    private async Task WaitAsync(Func<IReadOnlyList<Lifetime>, bool> condition, string what) => await Eventually.Holds(
        async () => condition(await State.ListAsync(null, null, 100, default)), $"{what}; {_log}", TimeSpan.FromSeconds(60));

    private static async Task AppendAsync(IBusWriter writer, Lane lane)
    {
        foreach (var (stamp, body) in SomeFleet.Batches(lane))
        {
            await writer.AppendAsync(lane, stamp, body, default);
        }
    }

    private static ulong Stored(IEnumerable<Lifetime> lifetimes, Lane lane) => lifetimes
        .SelectMany(lifetime => lifetime.Streams).Where(stream => stream.Lane == lane).Aggregate(0UL, (sum, stream) => sum + stream.Stored);

    private static async Task<IEnumerable<(LifetimeId, long, ulong)>> KnownAsync(ILifetimeReader lifetimes)
    {
        try
        {
            return (await lifetimes.ListAsync(null, null, 100, default))
                .Select(lifetime => (lifetime.Id, lifetime.LastHeardUnixUs, lifetime.Streams.Aggregate(0UL, (sum, stream) => sum + stream.Stored)))
                .OrderBy(lifetime => lifetime.Id);
        }
        catch (IOException)
        {
            // Their index comes into being with the first.
            return [];
        }
    }
}
