using System.Net;
using Microsoft.Extensions.Logging;
using Telemetry.Bus;
using Telemetry.Bus.SegmentLog;
using Telemetry.Cli.Configuration;
using Telemetry.Cli.Demo;
using Telemetry.Console;
using Telemetry.Console.Metrics;
using Telemetry.Gateway;
using Telemetry.Gateway.Authentication;
using Telemetry.Indexer;
using Telemetry.Store.Sqlite.Documents;
using Telemetry.Store.Sqlite.State;
using Telemetry.Wire;

namespace Telemetry.Cli.Hosting;

/// <summary>
/// Composes the parts of one process on one data directory, runs them until cancelled and ends them in reverse order: what
/// delivers before what takes, what takes before what stores. One owner runs it once.
/// </summary>
internal sealed partial class ServerProcess
{
    private readonly CliContext _context;
    private readonly TelemetryOptions _options;
    private readonly Parts _parts;
    private readonly DataDirectory _data;
    private readonly TimeProvider _time;
    private readonly ILoggerFactory _loggers;
    private readonly ILogger _logger;
    private readonly StartSummary _summary;
    private readonly RunningParts _running = new();
    private LocalShipper? _shipper;

    private ServerProcess(CliContext context, TelemetryOptions options, Parts parts, ILoggerFactory loggers)
    {
        (_context, _options, _parts, _time, _loggers) = (context, options, parts, context.Time, loggers);
        _data = new DataDirectory(options.DataDirectory);
        _logger = loggers.CreateLogger("Telemetry.Main");
        _summary = new StartSummary(context.Color);
    }

    /// <summary>Runs until cancelled.</summary>
    /// <exception cref="CliFailure">Something has to be changed before it can start; exit 2.</exception>
    public static async Task<int> RunAsync(
        CliContext context, TelemetryOptions options, Parts parts, CancellationToken stop)
    {
        using var loggers = LoggerFactory.Create(logging => logging
            .AddProvider(new PlainLoggerProvider(context.Error, options.LogLevel, context.Time))
            .SetMinimumLevel(options.LogLevel)
            .AddFilter("Microsoft", LogLevel.Warning));
        var process = new ServerProcess(context, options, parts, loggers);
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
        _data.Prepare();
        TakeLocks();
        var tokens = new TokenStore(_data.Path, _time);
        ListenerPolicy.Check(_options.Listen, Endpoints(), tokens.List().Any(token => token.Name != LocalShipper.TokenName));
        PortCheck.ThrowIfTaken(Has(Parts.Console) ? _options.Listen.Http : null, Settings.HttpPort);
        PortCheck.ThrowIfTaken(Has(Parts.Gateway) ? _options.Listen.Grpc : null, Settings.GrpcPort);
        var meters = _running.AddLock(new MeterExposition());
        var bus = Has(Parts.Gateway) || Has(Parts.Indexer) ? _running.Add(OpenBus()) : null;
        var gateway = Has(Parts.Gateway) ? await StartGatewayAsync(bus!) : null;
        if (Has(Parts.Indexer))
        {
            StartIndexer(bus!);
        }

        var console = Has(Parts.Console) ? await StartConsoleAsync(tokens, meters) : null;
        Describe(console?.Address, gateway?.Address);
        if (Has(Parts.Shipper) && gateway is not null)
        {
            StartShipper(gateway.Address, tokens);
        }

        SuggestQuery(console?.Address);
        await _summary.PrintAsync(_context.Out);
        if (Has(Parts.Demo) && gateway is not null && console is not null)
        {
            _running.Add(DemoRun.Start(_context, _data, LocalShipper.Reachable(gateway.Address), console.Address, _logger));
        }
    }

    private SegmentLogBus OpenBus() => new(
        _data.Bus,
        new SegmentLogOptions
        {
            Retention = _options.Retention.BusKeep,
            BulkMaxBytes = _options.Retention.BusKeepBytes,
            OnProblem = LogBusProblem,
        },
        _time);

    private void TakeLocks()
    {
        if (Has(Parts.Gateway))
        {
            _running.AddLock(DirectoryLock.Take(_data, "gateway"));
        }

        if (Has(Parts.Indexer))
        {
            _running.AddLock(DirectoryLock.Take(_data, "indexer"));
        }
    }

    private async Task<GatewayHost> StartGatewayAsync(IBus bus)
    {
        var listen = _options.Listen;
        var options = new GatewayOptions
        {
            DataDirectory = _data.Path,
            Listen = new GatewayListenOptions
            {
                Address = listen.Grpc.Address,
                Port = listen.Grpc.Port,
                CertificateFile = listen.HasTls ? listen.TlsCertificate : null,
                KeyFile = listen.HasTls ? listen.TlsKey : null,
                Insecure = listen.Insecure,
            },
        };
        var writer = _running.Add(bus.OpenWriter());
        return _running.Add(await GatewayHost.StartAsync(options, writer, _time, _loggers));
    }

    private void StartIndexer(IBus bus)
    {
        var options = new IndexerOptions { DataDirectory = _data.Path, KeepLifetimes = _options.Retention.KeepLifetimes };
        _running.Add(IndexerHost.Start(
            options, bus, OpenDocuments, new StoreRetention(_data, _options.Retention, _time),
            _loggers.CreateLogger("Telemetry.Indexer"), _time));
    }

    private SqliteDocumentWriter OpenDocuments(Lane lane)
    {
        var writer = SqliteDocumentWriter.Open(_data.StoreOf(lane), new SqliteStoreOptions(), _time);
        foreach (var damaged in writer.SetAside)
        {
            LogSetAside(damaged.Path, damaged.Evidence ?? damaged.Path, damaged.Reason);
        }

        return writer;
    }

    private async Task<ConsoleHost> StartConsoleAsync(TokenStore tokens, MeterExposition meters)
    {
        var documents = _running.AddLock(new SqliteDocumentReader(
            [_data.StoreOf(Lane.Critical), _data.StoreOf(Lane.Bulk)], _time, fault => LogUnreadable(fault.Path, fault.Reason)));
        var services = new ConsoleServices
        {
            Documents = documents,
            Lifetimes = new SqliteLifetimeReader(_data.Store, _time),
            Time = _time,
            Meters = meters,
            CheckHealth = _ => ValueTask.FromResult(new HealthReport([.. Health()])),
        };
        if (_options.Listen is { Insecure: true } && ListenerOptions.IsBeyondLoopback(_options.Listen.Http))
        {
            LogInsecure(_options.Listen.Http);
        }

        return _running.Add(await ConsoleHost.StartAsync(_options.Listen, services, tokens, _loggers));
    }

    private void StartShipper(Uri gateway, TokenStore tokens)
    {
        var program = _options.Shipper.Binary is { Length: > 0 } named
            ? named
            : ProgramFinder.Find("telemetry-shipper", "Telemetry.Shipper", AppContext.BaseDirectory);
        var watch = _options.Shipper.Watch is { Count: > 0 } globs ? globs : SystemLogs.Find();
        if (program is null || !File.Exists(program))
        {
            LogNoShipper(program ?? "telemetry-shipper");
            _summary.Add("watching", "nothing: telemetry-shipper was not found");
            return;
        }

        _summary.Add("watching", watch.Count > 0 ? watch : ["nothing: no log in /var/log can be read; name files with --watch GLOB"]);
        _shipper = _running.Add(LocalShipper.Start(_options, _data, program, watch, gateway, tokens, _time, _loggers));
    }

    // Gateway and indexer mend themselves and count what they could not do; a child may be gone.
    private IEnumerable<HealthPart> Health()
    {
        foreach (var part in new[] { Parts.Gateway, Parts.Indexer, Parts.Console }.Where(Has))
        {
            yield return new HealthPart(part.ToString().ToLowerInvariant(), Healthy: true);
        }

        if (_shipper is { } shipper)
        {
            var runs = shipper.ProcessId > 0;
            yield return new HealthPart("shipper", runs, runs ? "" : "It ended and is about to be started again.");
        }
    }

    private IEnumerable<IPEndPoint> Endpoints()
    {
        if (Has(Parts.Console))
        {
            yield return _options.Listen.Http;
        }

        if (Has(Parts.Gateway))
        {
            yield return _options.Listen.Grpc;
        }
    }

    private void Describe(Uri? console, Uri? gateway)
    {
        if (console is not null)
        {
            _summary.Add("console", LocalShipper.Reachable(console));
        }

        if (gateway is not null)
        {
            _summary.Add("gateway", $"{LocalShipper.Reachable(gateway)}, for telemetry-shipper --gateway");
        }

        _summary.Add("data", _data.Path);
    }

    private void SuggestQuery(Uri? console)
    {
        if (console is not null)
        {
            var url = LocalShipper.Reachable(console);
            var flag = $"{url}/" == $"{new Uri(Settings.ClientUrl.Default)}" ? "" : $" --url {url}";
            _summary.Add("", "");
            _summary.Add("try", [$"telemetry search '*' --since 10m{flag}", $"{url}/?q=log.level+%3A+error&since=1h"]);
        }
    }

    private async Task WaitAsync(CancellationToken stop)
    {
        var stopped = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var registration = stop.Register(() => stopped.TrySetResult());
        await stopped.Task;
        LogStopping();
    }
}
