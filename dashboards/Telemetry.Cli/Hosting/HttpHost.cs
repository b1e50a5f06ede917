using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Telemetry.Cli.Configuration;
using Telemetry.Console;
using Telemetry.Gateway.Authentication;

namespace Telemetry.Cli.Hosting;

/// <summary>The console and the HTTP API on a port of their own.</summary>
internal sealed class ConsoleHost : IAsyncDisposable
{
    private static readonly TimeSpan StopBudget = TimeSpan.FromSeconds(2);

    private readonly WebApplication _app;

    private ConsoleHost(WebApplication app) => _app = app;

    /// <summary>Where it listens, with the port it took.</summary>
    public Uri Address => new(_app.Urls.First());

    /// <summary>Starts.</summary>
    /// <exception cref="CliFailure">The port is taken or the certificate cannot be used; exit 2.</exception>
    public static async Task<ConsoleHost> StartAsync(
        ListenerOptions listen, ConsoleServices services, TokenStore tokens, ILoggerFactory loggers)
    {
        var builder = WebApplication.CreateEmptyBuilder(new());
        builder.Services.AddSingleton(loggers);
        builder.Services.AddSingleton<IHostLifetime, NoSignals>();
        builder.Services.AddRoutingCore();
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel => Configure(kestrel, listen));
        if (listen.HasTls)
        {
            builder.WebHost.UseKestrelHttpsConfiguration();
        }

        var app = builder.Build();
        if (ListenerOptions.IsBeyondLoopback(listen.Http) && !listen.Insecure)
        {
            app.Use(new TokenGate(tokens).InvokeAsync);
        }
        else
        {
            app.Use(new HostGate(listen.HttpNames).InvokeAsync);
        }

        app.UseRouting();
        app.MapTelemetryConsole(services);
        await StartAsync(app, listen.Http);
        return new ConsoleHost(app);
    }

    public async ValueTask DisposeAsync()
    {
        using var budget = new CancellationTokenSource(StopBudget);
        await _app.StopAsync(budget.Token);
        await _app.DisposeAsync();
    }

    private static void Configure(KestrelServerOptions kestrel, ListenerOptions options)
    {
        kestrel.AddServerHeader = false;
        kestrel.Limits.MaxRequestBodySize = 64 << 10;
        kestrel.Listen(options.Http, listen =>
        {
            listen.Protocols = options.HasTls ? HttpProtocols.Http1AndHttp2 : HttpProtocols.Http1;
            if (options.HasTls)
            {
                listen.UseHttps(Certificates.Load(options.TlsCertificate, options.TlsKey));
            }
        });
    }

    private static async Task StartAsync(WebApplication app, IPEndPoint endpoint)
    {
        try
        {
            await app.StartAsync();
        }
        catch (Exception e) when (e is IOException or System.Net.Sockets.SocketException)
        {
            await app.DisposeAsync();
            throw CliFailure.Usage(e.InnerException is AddressInUseException || e is AddressInUseException
                ? $"The console's port is taken: something else listens on {endpoint}; choose another with --http-port PORT."
                : $"The console cannot listen on {endpoint}: {(e.InnerException ?? e).Message}");
        }
    }
}
