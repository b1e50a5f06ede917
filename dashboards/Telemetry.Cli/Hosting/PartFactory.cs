using System.Net;
using Microsoft.Extensions.Logging;
using Telemetry.Bus;
using Telemetry.Bus.SegmentLog;
using Telemetry.Cli.Configuration;
using Telemetry.Console;
using Telemetry.Console.Metrics;
using Telemetry.Gateway;
using Telemetry.Gateway.Authentication;
using Telemetry.Indexer;
using Telemetry.Store;
using Telemetry.Store.Sqlite.Documents;
using Telemetry.Store.Sqlite.State;
using Telemetry.Wire;

namespace Telemetry.Cli.Hosting;

/// <summary>Makes the parts of a process from its options. Each part belongs to the caller.</summary>
internal sealed partial class PartFactory(
    TelemetryOptions options, DataDirectory data, TokenStore tokens, TimeProvider time, ILoggerFactory loggers)
{
    private readonly ILogger _logger = loggers.CreateLogger("Telemetry.Main");

    /// <summary>The embedded bus; nothing is opened yet.</summary>
    public SegmentLogBus OpenBus() => new(
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

    public IndexerHost StartIndexer(IBus bus) => IndexerHost.Start(
        new IndexerOptions { DataDirectory = data.Path, KeepLifetimes = options.Retention.KeepLifetimes },
        bus,
        OpenDocuments,
        new StoreRetention(data, options.Retention, time),
        loggers.CreateLogger("Telemetry.Indexer"),
        time);

    /// <summary>What searches read; the store may not exist yet.</summary>
    public SqliteDocumentReader OpenDocumentReader() => new(
        [data.StoreOf(Lane.Critical), data.StoreOf(Lane.Bulk)], time, fault => LogUnreadable(fault.Path, fault.Reason));

    /// <exception cref="CliFailure">The port is taken or the certificate cannot be used; exit 2.</exception>
    public Task<ConsoleHost> StartConsoleAsync(
        SqliteDocumentReader documents, MeterExposition meters, Func<IEnumerable<HealthPart>> health)
    {
        if (options.Listen.Insecure && ListenerOptions.IsBeyondLoopback(options.Listen.Http))
        {
            LogInsecure(options.Listen.Http);
        }

        var services = new ConsoleServices
        {
            Documents = documents,
            Lifetimes = new SqliteLifetimeReader(data.Store, time),
            Time = time,
            Meters = meters,
            CheckHealth = _ => ValueTask.FromResult(new HealthReport([.. health()])),
        };
        return ConsoleHost.StartAsync(options.Listen, services, tokens, loggers);
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

    private SqliteDocumentWriter OpenDocuments(BusPartition partition, WriterOpening opening)
    {
        var lane = partition.Lane;
        var writer = SqliteDocumentWriter.Open(
            data.StoreOf(lane), StoreRetention.Partitions(lane, options.Retention), time, opening.Oldest);
        foreach (var damaged in writer.SetAside)
        {
            if (damaged.Evidence is { } evidence)
            {
                LogSetAside(damaged.Path, evidence, damaged.Reason);
            }
            else
            {
                LogLeftInPlace(damaged.Path, damaged.Reason);
            }
        }

        return writer;
    }

    [LoggerMessage(LogEvents.Insecure, LogLevel.Warning,
        "The console listens on {Endpoint} with --insecure: whoever reaches it can read everything")]
    private partial void LogInsecure(IPEndPoint endpoint);

    [LoggerMessage(LogEvents.NoShipper, LogLevel.Error,
        "{Program} was not found, so nothing of this machine is shipped; './build publish' makes it, TELEMETRY_SHIPPER names it")]
    private partial void LogNoShipper(string program);

    [LoggerMessage(LogEvents.StoreSetAside, LogLevel.Error,
        "{Path} is damaged ({Reason}); it is kept as {Evidence}, and what the bus still has is stored again")]
    private partial void LogSetAside(string path, string evidence, string reason);

    [LoggerMessage(LogEvents.StoreLeftInPlace, LogLevel.Error,
        "{Path} gets no more documents ({Reason}); what can be read of it is still found")]
    private partial void LogLeftInPlace(string path, string reason);

    [LoggerMessage(LogEvents.BusProblem, LogLevel.Error, "The bus: {Problem}")]
    private partial void LogBusProblem(string problem);

    [LoggerMessage(LogEvents.StoreUnreadable, LogLevel.Error, "{Path} is left out of answers where it cannot be read: {Reason}")]
    private partial void LogUnreadable(string path, string reason);
}
