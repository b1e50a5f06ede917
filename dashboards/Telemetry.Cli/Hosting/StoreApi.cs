using System.Net.Sockets;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Telemetry.Cli.Configuration;
using Telemetry.Console;
using Telemetry.Store.Elasticsearch;

namespace Telemetry.Cli.Hosting;

/// <summary>
/// The console's HTTP API over a store, in this process and for it alone: on a socket in a directory that only its user may enter.
/// Whoever asks a store without a server gets the same answers as from one.
/// </summary>
internal sealed class StoreApi : IAsyncDisposable
{
    // sockaddr_un of Linux, without the zero at its end.
    private const int MaxSocketPathBytes = 107;

    private static readonly TimeSpan StopBudget = TimeSpan.FromSeconds(2);

    private readonly DirectoryInfo _directory;
    private readonly ILoggerFactory _loggers;
    private readonly ElasticStoreEngine _store;
    private WebApplication? _app;

    private StoreApi(CliContext context, ElasticOptions elastic, TelemetryOptions options)
    {
        _directory = Directory.CreateTempSubdirectory("telemetry-");
        _loggers = LoggerFactory.Create(logging => logging
            .AddProvider(new PlainLoggerProvider(context.Error, LogLevel.Error, context.Time)).SetMinimumLevel(LogLevel.Error));
        _store = new ElasticStoreEngine(elastic, options.Retention, options.Fields, context.Time, _loggers.CreateLogger("Telemetry.Main"));
    }

    private string Socket => Path.Combine(_directory.FullName, "api");

    /// <summary>Starts; nothing is asked of the store yet.</summary>
    /// <exception cref="CliFailure">The directory for temporary files cannot hold a socket; exit 2.</exception>
    public static async Task<StoreApi> StartAsync(CliContext context, ElasticOptions elastic, TelemetryOptions options)
    {
        var api = new StoreApi(context, elastic, options);
        try
        {
            await api.StartAsync(context.Time);
            return api;
        }
        catch
        {
            await api.DisposeAsync();
            throw;
        }
    }

    /// <summary>Connects to it, whatever host is asked for; the caller's to dispose.</summary>
    public SocketsHttpHandler CreateTransport() => new()
    {
        UseProxy = false,
        ConnectCallback = async (_, cancel) =>
        {
            var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
            try
            {
                await socket.ConnectAsync(new UnixDomainSocketEndPoint(Socket), cancel);
                return new NetworkStream(socket, ownsSocket: true);
            }
            catch
            {
                socket.Dispose();
                throw;
            }
        },
    };

    public async ValueTask DisposeAsync()
    {
        if (_app is { } app)
        {
            using var budget = new CancellationTokenSource(StopBudget);
            await app.StopAsync(budget.Token);
            await app.DisposeAsync();
        }

        await _store.DisposeAsync();
        _loggers.Dispose();
        _directory.Delete(recursive: true);
    }

    private async Task StartAsync(TimeProvider time)
    {
        if (Encoding.UTF8.GetByteCount(Socket) > MaxSocketPathBytes)
        {
            throw CliFailure.Usage($"{Socket} is too long for a socket; TMPDIR names a shorter place.");
        }

        var builder = WebApplication.CreateEmptyBuilder(new());
        builder.Services.AddSingleton(_loggers);
        builder.Services.AddSingleton<IHostLifetime, NoSignals>();
        builder.Services.AddRoutingCore();
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel => kestrel.ListenUnixSocket(Socket));
        _app = builder.Build();
        _app.UseRouting();
        _app.MapTelemetryConsole(new ConsoleServices { Documents = _store.Documents, Lifetimes = _store.Lifetimes, Time = time });
        await _app.StartAsync();
    }
}
