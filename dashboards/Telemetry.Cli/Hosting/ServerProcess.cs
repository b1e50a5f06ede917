using System.Collections.Concurrent;
using System.Net;
using Microsoft.Extensions.Logging;
using Telemetry.Bus;
using Telemetry.Cli.Configuration;
using Telemetry.Cli.Demo;
using Telemetry.Console;
using Telemetry.Console.Metrics;
using Telemetry.Gateway;
using Telemetry.Gateway.Authentication;
using Telemetry.Indexer;

namespace Telemetry.Cli.Hosting;

/// <summary>
/// Starts the parts of one process on one data directory, runs them until cancelled and ends them in reverse order: what
/// delivers before what takes, what takes before what stores. One owner runs it once.
/// </summary>
internal sealed partial class ServerProcess
{
    private readonly CliContext _context;
    private readonly TelemetryOptions _options;
    private readonly Parts _parts;
    private readonly bool _json;
    private readonly DataDirectory _data;
    private readonly TokenStore _tokens;
    private readonly PartFactory _factory;
    private readonly ILogger _logger;
    private readonly RunningParts _running = new();
    private readonly ConcurrentDictionary<Parts, Func<IEnumerable<string>>> _problems = [];
    private volatile IStoreEngine? _store;
    private LocalShipper? _shipper;

    private ServerProcess(CliContext context, TelemetryOptions options, Parts parts, bool json, ILoggerFactory loggers)
    {
        (_context, _options, _parts, _json) = (context, options, parts, json);
        _data = new DataDirectory(options.DataDirectory);
        _tokens = new TokenStore(_data.Path, context.Time);
        _factory = new PartFactory(options, _data, _tokens, context.Time, loggers);
        _logger = loggers.CreateLogger("Telemetry.Main");
    }

    /// <summary>Runs until cancelled. What it started is printed for people, or as one JSON object.</summary>
    /// <exception cref="CliFailure">Something has to be changed before it can start; exit 2.</exception>
    public static async Task<int> RunAsync(
        CliContext context, TelemetryOptions options, Parts parts, bool json, CancellationToken stop)
    {
        PrivateFiles.BeDefault();
        using var loggers = LoggerFactory.Create(logging => logging
            .AddProvider(new PlainLoggerProvider(context.Error, options.LogLevel, context.Time))
            .SetMinimumLevel(options.LogLevel)
            .AddFilter("Microsoft", LogLevel.Warning));
        var process = new ServerProcess(context, options, parts, json, loggers);
        await using (process._running)
        {
            try
            {
                await process.StartAsync(stop);
            }
            catch (Exception e) when (e is GatewayException or IOException or UnauthorizedAccessException)
            {
                throw CliFailure.Usage(e.Message);
            }

            await process.WaitAsync(stop);
        }

        return ExitCodes.Fine;
    }

    private bool Has(Parts part) => _parts.HasFlag(part);

    private async Task StartAsync(CancellationToken stop)
    {
        var programs = Has(Parts.Demo) ? DemoPrograms.Find(_context) : null;
        Prepare();
        var meters = _running.AddDisposable(new MeterExposition());
        var metrics = await StartMetricsAsync(meters);
        var bus = Has(Parts.Gateway) || Has(Parts.Indexer) ? _running.Add(await _factory.OpenBusAsync(stop)) : null;
        var gateway = Has(Parts.Gateway) ? await StartGatewayAsync(bus!) : null;
        _store = Has(Parts.Indexer) || Has(Parts.Console) ? _running.Add(_factory.OpenStore()) : null;
        IndexerHost? indexer = null;
        if (Has(Parts.Indexer))
        {
            indexer = _running.Add(await _factory.StartIndexerAsync(bus!, _store!));
            _problems[Parts.Indexer] = () => indexer.Problems;
        }

        var console = Has(Parts.Console) ? await StartConsoleAsync(meters, indexer) : null;
        var watch = gateway is null ? null
            : Has(Parts.Shipper) ? StartShipper(gateway.Address)
            : Has(Parts.Demo) && !_json ? ["the demo's servers alone; --watch GLOB adds files of this machine"] : null;
        await (_json
            ? StartSummary.PrintJsonAsync(_context.Out, console?.Address, gateway?.Address, metrics?.Address, _data.Path, watch)
            : new StartSummary(_context.Color).PrintAsync(_context.Out, console?.Address, gateway?.Address, metrics?.Address, _data.Path, watch));
        if (Has(Parts.Demo))
        {
            var reachable = LocalShipper.Reachable(gateway!.Address);
            // Who reads one JSON object does not expect a story behind it.
            var listener = _json ? _context with { Out = _context.Error } : _context;
            _running.Add(DemoRun.Start(listener, programs!, _data, reachable, console!.Address, _logger));
        }
    }

    /// <summary>Everything that can be refused is refused before anything runs.</summary>
    private void Prepare()
    {
        if (Has(Parts.Gateway) && !Has(Parts.Shipper) && !Has(Parts.Demo) && _options.Shipper.Watch.Count > 0)
        {
            throw CliFailure.Usage("--watch names files for the shipper of this machine, which --no-shipper leaves out");
        }

        if (Has(Parts.Indexer) && _options.Engines is { Kafka: not null, Elasticsearch: null })
        {
            throw CliFailure.Usage(
                "partitions of a Kafka bus move between indexers, and files in a data directory do not follow; name an Elasticsearch with --store");
        }

        _data.Prepare();
        TakeLock(Parts.Gateway);
        TakeLock(Parts.Indexer);
        var hasTokens = _tokens.List().Any(token => token.Name != LocalShipper.TokenName);
        ListenerPolicy.Check(_options.Listen, Endpoints().Select(listener => listener.Endpoint), hasTokens);
        foreach (var (endpoint, port) in Endpoints())
        {
            PortCheck.ThrowIfTaken(endpoint, port);
        }
    }

    private void TakeLock(Parts part)
    {
        if (Has(part))
        {
            _running.AddDisposable(DirectoryLock.Take(_data, NameOf(part)));
        }
    }

    private async Task<GatewayHost> StartGatewayAsync(IBus bus)
    {
        var gateway = _running.Add(await _factory.StartGatewayAsync(_running.Add(bus.OpenWriter())));
        _problems[Parts.Gateway] = () => gateway.Problems;
        return gateway;
    }

    /// <summary>Before anything that may have to wait: who asks is told what it waits for.</summary>
    private async Task<HttpHost?> StartMetricsAsync(MeterExposition meters)
    {
        foreach (var part in new[] { Parts.Gateway, Parts.Indexer }.Where(Has))
        {
            _problems[part] = () => ["It waits for the bus."];
        }

        return MetricsEndpoint is { } endpoint ? _running.Add(await _factory.StartMetricsAsync(endpoint, meters, HealthAsync)) : null;
    }

    private async Task<HttpHost> StartConsoleAsync(MeterExposition meters, IndexerHost? indexer) =>
        _running.Add(await _factory.StartConsoleAsync(_store!, indexer, meters, HealthAsync));

    /// <summary>Returns what is watched.</summary>
    private IReadOnlyList<string> StartShipper(Uri gateway)
    {
        var watch = _options.Shipper.Watch is { Count: > 0 } globs ? globs : SystemLogs.Find();
        _shipper = _factory.StartShipper(gateway, watch);
        if (_shipper is null)
        {
            return ["nothing: telemetry-shipper was not found"];
        }

        _running.Add(_shipper);
        return watch.Count > 0 ? [.. watch.Select(Describe)] : ["nothing: no log in /var/log can be read; name files with --watch GLOB"];
    }

    private static string Describe(string glob) =>
        WatchedFiles.IsForbidden(glob) ? $"{glob}, which {Environment.UserName} may not read" : glob;

    private async Task<IReadOnlyList<HealthPart>> HealthAsync(CancellationToken cancel)
    {
        var health = new List<HealthPart>();
        foreach (var part in new[] { Parts.Gateway, Parts.Indexer, Parts.Console }.Where(Has))
        {
            var problems = string.Join(' ', _problems.TryGetValue(part, out var find) ? find() : []);
            health.Add(new HealthPart(NameOf(part), problems.Length == 0, problems));
        }

        if (_store is { } store)
        {
            var problems = string.Join(' ', await store.CheckAsync(cancel));
            health.Add(new HealthPart("store", problems.Length == 0, problems));
        }

        if (_shipper is { } shipper)
        {
            var runs = shipper.ProcessId > 0;
            health.Add(new HealthPart("shipper", runs, runs ? "" : "It ended and is about to be started again."));
        }

        return health;
    }

    /// <summary>A console has both on its own port.</summary>
    private IPEndPoint? MetricsEndpoint => Has(Parts.Console) ? null : _options.Listen.Metrics;

    private IEnumerable<(IPEndPoint Endpoint, Setting Port)> Endpoints()
    {
        if (MetricsEndpoint is { } metrics)
        {
            yield return (metrics, Settings.MetricsPort);
        }

        if (Has(Parts.Console))
        {
            yield return (_options.Listen.Http, Settings.HttpPort);
        }

        if (Has(Parts.Gateway))
        {
            yield return (_options.Listen.Grpc, Settings.GrpcPort);
        }
    }

    private static string NameOf(Parts part) => part.ToString().ToLowerInvariant();

    private async Task WaitAsync(CancellationToken stop)
    {
        var stopped = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var registration = stop.Register(() => stopped.TrySetResult());
        await stopped.Task;
        LogStopping();
    }

    [LoggerMessage(LogEvents.Stopping, LogLevel.Information, "Stopping; what was acknowledged is kept")]
    private partial void LogStopping();
}
