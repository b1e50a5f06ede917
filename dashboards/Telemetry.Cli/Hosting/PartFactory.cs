using System.Net;
using Microsoft.Extensions.Logging;
using Telemetry.Bus;
using Telemetry.Bus.Kafka;
using Telemetry.Bus.SegmentLog;
using Telemetry.Cli.Care;
using Telemetry.Cli.Configuration;
using Telemetry.Console;
using Telemetry.Console.Metrics;
using Telemetry.Gateway;
using Telemetry.Gateway.Authentication;
using Telemetry.Indexer;

namespace Telemetry.Cli.Hosting;

/// <summary>Makes the parts of a process from its options. Each part belongs to the caller.</summary>
internal sealed partial class PartFactory(
    TelemetryOptions options, DataDirectory data, TokenStore tokens, TimeProvider time, ILoggerFactory loggers)
{
    private readonly ILogger _logger = loggers.CreateLogger("Telemetry.Main");

    /// <summary>The bus. Kafka's topics are created or checked, which waits for the brokers; of files nothing is opened yet.</summary>
    /// <exception cref="CliFailure">The topics do not fit the promise; exit 2.</exception>
    public async Task<IBus> OpenBusAsync(CancellationToken cancel) =>
        options.Engines.Kafka is { } kafka ? await ConnectAsync(kafka, cancel) : OpenSegments();

    private async Task<KafkaBus> ConnectAsync(KafkaOptions kafka, CancellationToken cancel)
    {
        try
        {
            var bus = await KafkaBus.ConnectAsync(kafka, time, LogBusProblem, cancel);
            foreach (var warning in bus.Warnings)
            {
                LogBusWarning(warning);
            }

            return bus;
        }
        catch (KafkaTopicsException e)
        {
            throw CliFailure.Usage(e.Message);
        }
    }

    private SegmentLogBus OpenSegments() => new(
        data.Bus,
        new SegmentLogOptions
        {
            Retention = options.Retention.BusKeep,
            BulkMaxBytes = options.Retention.BusKeepBytes,
            OnProblem = LogBusProblem,
        },
        time);

    /// <exception cref="GatewayException">It cannot start as it is configured.</exception>
    public Task<GatewayHost> StartGatewayAsync(IBusWriter writer)
    {
        var listen = options.Listen;
        return GatewayHost.StartAsync(
            new GatewayOptions
            {
                DataDirectory = data.Path,
                Listen = new GatewayListenOptions
                {
                    Address = listen.Grpc.Address,
                    Port = listen.Grpc.Port,
                    CertificateFile = listen.HasTls ? listen.TlsCertificate : null,
                    KeyFile = listen.HasTls ? listen.TlsKey : null,
                    Insecure = listen.Insecure,
                },
            },
            writer,
            time,
            loggers);
    }

    /// <summary>The store; nothing is asked of it yet.</summary>
    public IStoreEngine OpenStore() => options.Engines.Elasticsearch is { } elastic
        ? new ElasticStoreEngine(elastic, options.Retention, options.Fields, time, _logger)
        : new SqliteStoreEngine(data, options.Retention, options.Fields, time, _logger);

    public async Task<IndexerHost> StartIndexerAsync(IBus bus, IStoreEngine store)
    {
        await store.PrepareAsync(CancellationToken.None);
        return IndexerHost.Start(
            new IndexerOptions
            {
                DataDirectory = data.Path, KeepLifetimes = options.Retention.KeepLifetimes, Promoted = options.Fields, Held = store.Held,
            },
            bus,
            store.OpenWriter,
            store.LifetimeWriter,
            store.Retention,
            store.PurgeNotes,
            loggers.CreateLogger("Telemetry.Indexer"),
            time);
    }

    /// <exception cref="CliFailure">The port is taken or the certificate cannot be used; exit 2.</exception>
    public Task<HttpHost> StartConsoleAsync(
        IStoreEngine store, IndexerHost? indexer, MeterExposition meters,
        Func<CancellationToken, Task<IReadOnlyList<HealthPart>>> health)
    {
        if (options.Listen.Insecure && ListenerOptions.IsBeyondLoopback(options.Listen.Http))
        {
            LogInsecure(options.Listen.Http);
        }

        var services = new ConsoleServices
        {
            Documents = store.Documents,
            Lifetimes = store.Lifetimes,
            Time = time,
            Meters = meters,
            CheckHealth = async cancel => new HealthReport(await health(cancel)),
            Purger = CareFactory.TryCreateDesk(options, data, store, indexer, time, _logger),
            ChangeRight = new ChangeGate(tokens, options.Listen).Judge,
        };
        return HttpHost.StartAsync(
            options.Listen, options.Listen.Http, Settings.HttpPort, app => app.MapTelemetryConsole(services), tokens, loggers);
    }

    /// <summary>Metrics and health of a process without a console.</summary>
    /// <exception cref="CliFailure">The port is taken or the certificate cannot be used; exit 2.</exception>
    public Task<HttpHost> StartMetricsAsync(
        IPEndPoint endpoint, MeterExposition meters, Func<CancellationToken, Task<IReadOnlyList<HealthPart>>> health)
    {
        if (options.Listen.Insecure && ListenerOptions.IsBeyondLoopback(endpoint))
        {
            LogInsecure(endpoint);
        }

        var services = new ProcessServices
        {
            Time = time,
            Meters = meters,
            CheckHealth = async cancel => new HealthReport(await health(cancel)),
        };
        return HttpHost.StartAsync(options.Listen, endpoint, Settings.MetricsPort, app => app.MapTelemetryProcess(services), tokens, loggers);
    }

    /// <summary>The shipper of this machine; null when its program is missing, which is logged.</summary>
    public LocalShipper? StartShipper(Uri gateway, IEnumerable<string> watch)
    {
        var program = options.Shipper.Binary is { Length: > 0 } named
            ? named
            : ProgramFinder.Find("telemetry-shipper", "Telemetry.Shipper", AppContext.BaseDirectory);
        if (program is null || !File.Exists(program))
        {
            LogNoShipper(program ?? "telemetry-shipper");
            return null;
        }

        return LocalShipper.Start(options, data, program, watch, gateway, tokens, time, loggers);
    }

    [LoggerMessage(LogEvents.Insecure, LogLevel.Warning,
        "{Endpoint} is listened on with --insecure: whoever reaches it can read everything there")]
    private partial void LogInsecure(IPEndPoint endpoint);

    [LoggerMessage(LogEvents.NoShipper, LogLevel.Error,
        "{Program} was not found, so nothing of this machine is shipped; './build publish' makes it, TELEMETRY_SHIPPER names it")]
    private partial void LogNoShipper(string program);

    [LoggerMessage(LogEvents.BusWarning, LogLevel.Warning, "The bus: {Warning}")]
    private partial void LogBusWarning(string warning);

    [LoggerMessage(LogEvents.BusProblem, LogLevel.Error, "The bus: {Problem}")]
    private partial void LogBusProblem(string problem);
}
