using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Routing;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Telemetry.Cli.Configuration;
using Telemetry.Gateway.Authentication;

namespace Telemetry.Cli.Hosting;

/// <summary>Endpoints on a port of their own: the console with its HTTP API, or metrics and health.</summary>
internal sealed class HttpHost : IAsyncDisposable
{
    private static readonly TimeSpan StopBudget = TimeSpan.FromSeconds(2);

    private readonly WebApplication _app;

    private HttpHost(WebApplication app) => _app = app;

    /// <summary>Where it listens, with the port it took.</summary>
    public Uri Address => new(_app.Urls.First());

    /// <summary>Starts.</summary>
    /// <param name="listen">TLS, names and whether tokens are asked for.</param>
    /// <param name="endpoint">Where it listens.</param>
    /// <param name="port">Setting of the port, for who reads that it is taken.</param>
    /// <param name="map">Adds the endpoints.</param>
    /// <param name="tokens">Who may read beyond loopback.</param>
    /// <param name="loggers">Logs.</param>
    /// <exception cref="CliFailure">The port is taken or the certificate cannot be used; exit 2.</exception>
    public static async Task<HttpHost> StartAsync(
        ListenerOptions listen, IPEndPoint endpoint, Setting port, Action<IEndpointRouteBuilder> map, TokenStore tokens,
        ILoggerFactory loggers)
    {
        var builder = WebApplication.CreateEmptyBuilder(new());
        builder.Services.AddSingleton(loggers);
        builder.Services.AddSingleton<IHostLifetime, NoSignals>();
        builder.Services.AddRoutingCore();
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel => Configure(kestrel, listen, endpoint));
        if (listen.HasTls)
        {
            builder.WebHost.UseKestrelHttpsConfiguration();
        }

        var app = builder.Build();
        if (ListenerOptions.IsBeyondLoopback(endpoint) && !listen.Insecure)
        {
            app.Use(new TokenGate(tokens).InvokeAsync);
        }
        else
        {
            app.Use(new HostGate(listen.HttpNames).InvokeAsync);
        }

        app.UseRouting();
        map(app);
        await StartAsync(app, endpoint, port);
        return new HttpHost(app);
    }

    public async ValueTask DisposeAsync()
    {
        using var budget = new CancellationTokenSource(StopBudget);
        await _app.StopAsync(budget.Token);
        await _app.DisposeAsync();
    }

    private static void Configure(KestrelServerOptions kestrel, ListenerOptions options, IPEndPoint endpoint)
    {
        kestrel.AddServerHeader = false;
        kestrel.Limits.MaxRequestBodySize = 64 << 10;
        kestrel.Listen(endpoint, listen =>
        {
            listen.Protocols = options.HasTls ? HttpProtocols.Http1AndHttp2 : HttpProtocols.Http1;
            if (options.HasTls)
            {
                listen.UseHttps(Certificates.Load(options.TlsCertificate, options.TlsKey));
            }
        });
    }

    private static async Task StartAsync(WebApplication app, IPEndPoint endpoint, Setting port)
    {
        try
        {
            await app.StartAsync();
        }
        catch (Exception e) when (e is IOException or System.Net.Sockets.SocketException)
        {
            await app.DisposeAsync();
            throw CliFailure.Usage(e.InnerException is AddressInUseException || e is AddressInUseException
                ? $"Something else listens on {endpoint}; choose another port with {port.Flag} {port.ValueName}."
                : $"{endpoint} cannot be listened on: {(e.InnerException ?? e).Message}");
        }
    }
}
