using Microsoft.Extensions.Logging;
using Telemetry.Cli.Configuration;
using Telemetry.Cli.Hosting;
using Telemetry.Console;
using Telemetry.Console.Care;
using Telemetry.Gateway.Authentication;
using Telemetry.Indexer;

namespace Telemetry.Cli.Care;

/// <summary>
/// The store for as long as a command needs it, without anything that listens: one that is shared, from anywhere; or that of a data
/// directory that no server works on, with its indexer and without retention.
/// </summary>
internal sealed class OfflineStore : IAsyncDisposable
{
    private readonly RunningParts _parts = new();

    private OfflineStore()
    {
    }

    /// <summary>Takes requests as a server would.</summary>
    public HttpMessageHandler Transport { get; private set; } = null!;

    /// <summary>Null when a server works on the directory, or there is nothing in it.</summary>
    public static async Task<OfflineStore?> TryOpenAsync(CliContext context, TelemetryOptions options, CancellationToken cancel)
    {
        var data = new DataDirectory(options.DataDirectory);
        if (options.Engines.Elasticsearch is not null)
        {
            var shared = new OfflineStore();
            shared.Open(context, options, data, shared.Loggers(context), indexer: null);
            return shared;
        }

        if (!Directory.Exists(data.Store) || options.Engines.Kafka is not null)
        {
            return null;
        }

        data.Prepare();
        if (DirectoryLock.TryTake(data, "indexer") is not { } exclusive)
        {
            return null;
        }

        var offline = new OfflineStore();
        offline._parts.AddDisposable(exclusive);
        try
        {
            await offline.OpenAsync(context, options, data, cancel);
            return offline;
        }
        catch
        {
            await offline.DisposeAsync();
            throw;
        }
    }

    public ValueTask DisposeAsync() => _parts.DisposeAsync();

    private ILoggerFactory Loggers(CliContext context) => _parts.AddDisposable(LoggerFactory.Create(logging => logging
        .AddProvider(new PlainLoggerProvider(context.Error, LogLevel.Error, context.Time)).SetMinimumLevel(LogLevel.Error)));

    private async Task OpenAsync(CliContext context, TelemetryOptions options, DataDirectory data, CancellationToken cancel)
    {
        var loggers = Loggers(context);
        var bus = _parts.Add(await Factory(context, options, data, loggers).OpenBusAsync(cancel));
        Open(context, options, data, loggers, store => IndexerHost.Start(
            new IndexerOptions
            {
                DataDirectory = data.Path, KeepLifetimes = options.Retention.KeepLifetimes, Held = store.Held,
            },
            bus, store.OpenWriter, store.LifetimeWriter, retention: null, log: loggers.CreateLogger("Telemetry.Indexer"), time: context.Time));
    }

    private void Open(
        CliContext context, TelemetryOptions options, DataDirectory data, ILoggerFactory loggers, Func<IStoreEngine, IndexerHost>? indexer)
    {
        var store = _parts.Add(Factory(context, options, data, loggers).OpenStore());
        var logger = loggers.CreateLogger("Telemetry.Main");
        var services = new ConsoleServices
        {
            Documents = store.Documents,
            Lifetimes = store.Lifetimes,
            Time = context.Time,
            Purger = CareFactory.TryCreateDesk(
                options, data, store, indexer is null ? null : _parts.Add(indexer(store)), context.Time, logger),
            ChangeRight = _ => new ChangeRight("local", null),
        };
        Transport = _parts.AddDisposable(new InProcessTransport(ConsoleEndpoints.CreatePurge(services, logger)));
    }

    private static PartFactory Factory(CliContext context, TelemetryOptions options, DataDirectory data, ILoggerFactory loggers) =>
        new(options, data, new TokenStore(data.Path, context.Time), context.Time, loggers);
}
