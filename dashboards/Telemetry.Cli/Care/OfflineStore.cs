using Microsoft.Extensions.Logging;
using Telemetry.Cli.Configuration;
using Telemetry.Cli.Hosting;
using Telemetry.Console;
using Telemetry.Console.Care;
using Telemetry.Gateway.Authentication;
using Telemetry.Indexer;

namespace Telemetry.Cli.Care;

/// <summary>
/// Owns a data directory that no server works on, for as long as a command needs: the store with its indexer, without retention and
/// without anything that listens.
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

    private async Task OpenAsync(CliContext context, TelemetryOptions options, DataDirectory data, CancellationToken cancel)
    {
        var loggers = _parts.AddDisposable(LoggerFactory.Create(logging => logging
            .AddProvider(new PlainLoggerProvider(context.Error, LogLevel.Error, context.Time)).SetMinimumLevel(LogLevel.Error)));
        var factory = new PartFactory(options, data, new TokenStore(data.Path, context.Time), context.Time, loggers);
        var bus = _parts.Add(await factory.OpenBusAsync(cancel));
        var store = _parts.Add(factory.OpenStore());
        var indexer = _parts.Add(IndexerHost.Start(
            new IndexerOptions
            {
                DataDirectory = data.Path, KeepLifetimes = options.Retention.KeepLifetimes, Held = store.Held,
            },
            bus, store.OpenWriter, store.LifetimeWriter, retention: null, loggers.CreateLogger("Telemetry.Indexer"), context.Time));
        var logger = loggers.CreateLogger("Telemetry.Main");
        var services = new ConsoleServices
        {
            Documents = store.Documents,
            Lifetimes = store.Lifetimes,
            Time = context.Time,
            Purger = CareFactory.CreateDesk(options, data, store, indexer, context.Time, logger),
            ChangeRight = _ => new ChangeRight("local", null),
        };
        Transport = _parts.AddDisposable(new InProcessTransport(ConsoleEndpoints.CreatePurge(services, logger)));
    }
}
