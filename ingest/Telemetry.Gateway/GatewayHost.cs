using System.Net;
using System.Net.Security;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Https;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Telemetry.Bus;
using Telemetry.Gateway.Authentication;
using Telemetry.Gateway.Ship;
using Telemetry.Gateway.Tls;
using Telemetry.Grpc.Server;
using Telemetry.Grpc.Server.Health;

namespace Telemetry.Gateway;

/// <summary>
/// A running gateway: Kestrel on a port of its own that speaks HTTP/2 only, with <c>telemetry.v1.Ingest</c> and
/// <c>grpc.health.v1.Health</c>. It leaves signals to its owner.
/// </summary>
public sealed class GatewayHost : IAsyncDisposable
{
    private static readonly TimeSpan _expiryWarning = TimeSpan.FromDays(30);

    private readonly WebApplication _app;
    private readonly GatewayService _service;
    private readonly HealthService _health;
    private readonly GatewayMetrics _metrics;
    private readonly ILogger _logger;
    private readonly TimeProvider _time;
    private bool _stopped;

    private GatewayHost(WebApplication app, GatewayService service, HealthService health, GatewayMetrics metrics,
        TimeProvider time, ILogger logger)
    {
        _app = app;
        _service = service;
        _health = health;
        _metrics = metrics;
        _time = time;
        _logger = logger;
    }

    /// <summary>Where it listens, with the port it took.</summary>
    public Uri Address => new(_app.Urls.First());

    /// <summary>What the console and others tell about parts of the process besides "telemetry.v1.Ingest".</summary>
    public HealthService Health => _health;

    /// <summary>A sentence for each lane that acknowledges nothing at present; empty while all is well. Any thread.</summary>
    public IEnumerable<string> Problems => _service.Problems;

    internal GatewayMetrics Metrics => _metrics;

    /// <summary>
    /// Starts. Throws <see cref="GatewayException"/> with a sentence for each thing that is wrong: an option, a token file, a
    /// certificate, a port that is taken. The bus stays its owner's.
    /// </summary>
    public static async Task<GatewayHost> StartAsync(
        GatewayOptions options, IBusWriter bus, TimeProvider time, ILoggerFactory loggers)
    {
        var logger = loggers.CreateLogger("Telemetry.Gateway");
        var tokens = new TokenStore(options.DataDirectory, time);
        ThrowIfInvalid(options, tokens);

        var metrics = new GatewayMetrics();
        var authenticator = new Authenticator(tokens, options.Listen.RequiresToken);
        var service = new GatewayService(options, bus, authenticator, metrics, time, logger);
        var health = new HealthService();
        health.Set("telemetry.v1.Ingest", ServingStatus.Serving);
        var endpoints = new GrpcEndpoints(new GrpcServerOptions { Time = time }, loggers.CreateLogger<GrpcEndpoints>());
        service.Map(endpoints);
        health.Map(endpoints);

        var host = new GatewayHost(Build(options, endpoints, time, loggers, logger), service, health, metrics, time, logger);
        await host.StartAsync(options.Listen);
        return host;
    }

    /// <summary>
    /// Says NOT_SERVING, lets every call answer for what it has handed to the bus, and stops. What has not ended when
    /// <paramref name="budget"/> is used up is cut off; its batches are resent by their shippers.
    /// </summary>
    public async Task StopAsync(TimeSpan budget)
    {
        if (_stopped)
        {
            return;
        }

        _stopped = true;
        _health.StopServing();
        _service.Stop();
        using var late = new CancellationTokenSource(budget, _time);
        await _app.StopAsync(late.Token);
        Log.Stopped(_logger, _service.OpenCalls);
    }

    /// <summary>Stops within five seconds.</summary>
    public async ValueTask DisposeAsync()
    {
        await StopAsync(TimeSpan.FromSeconds(5));
        await _app.DisposeAsync();
        _service.Dispose();
        _metrics.Dispose();
    }

    private static void ThrowIfInvalid(GatewayOptions options, TokenStore tokens)
    {
        string[] problems =
        [
            .. options.Limits.FindProblems(),
            .. options.Listen.Validate(hasTokens: tokens.List().Count > 0),
        ];
        if (problems.Length > 0)
        {
            throw new GatewayException(string.Join(" ", problems));
        }
    }

    private static void WarnOfExpiry(SslStreamCertificateContext? certificate, TimeProvider time, ILogger logger)
    {
        if (certificate?.TargetCertificate is { } own && own.NotAfter < (time.GetUtcNow() + _expiryWarning))
        {
            Log.CertificateExpires(logger, own.Subject, own.NotAfter.ToUniversalTime());
        }
    }

    private static WebApplication Build(
        GatewayOptions options, GrpcEndpoints endpoints, TimeProvider time, ILoggerFactory loggers, ILogger logger)
    {
        var certificate = options.Listen.IsTls
            ? ServerCertificate.Load(options.Listen.CertificateFile!, options.Listen.KeyFile!)
            : null;
        WarnOfExpiry(certificate, time, logger);
        var builder = WebApplication.CreateEmptyBuilder(new());
        builder.Services.AddSingleton(loggers);
        builder.Services.AddSingleton<IHostLifetime, NoSignals>();
        builder.WebHost.UseKestrelCore().UseKestrelHttpsConfiguration()
            .ConfigureKestrel(kestrel => Configure(kestrel, options, certificate));
        var app = builder.Build();
        app.Run(endpoints.InvokeAsync);
        return app;
    }

    private static void Configure(
        KestrelServerOptions kestrel, GatewayOptions options, SslStreamCertificateContext? certificate)
    {
        GrpcKestrel.Configure(kestrel);

        // A shipper has a connection for each lane and a call on each; the rest is for health checks and for those who
        // have not said Hello yet.
        kestrel.Limits.MaxConcurrentConnections = (2L * options.Limits.MaxCallsPerLane) + 256;
        kestrel.Limits.Http2.MaxStreamsPerConnection = 16;
        kestrel.Listen(options.Listen.Address, options.Listen.Port, listen =>
        {
            listen.Protocols = HttpProtocols.Http2;
            if (certificate is not null)
            {
                listen.UseHttps(new TlsHandshakeCallbackOptions
                {
                    OnConnection = _ => new(new SslServerAuthenticationOptions
                    {
                        ServerCertificateContext = certificate,
                        ApplicationProtocols = [SslApplicationProtocol.Http2],
                    }),
                });
            }
        });
    }

    private async Task StartAsync(GatewayListenOptions listen)
    {
        try
        {
            await _app.StartAsync();
        }
        catch (Exception e) when (e is IOException or System.Net.Sockets.SocketException)
        {
            await _app.DisposeAsync();
            _metrics.Dispose();
            var endpoint = new IPEndPoint(listen.Address, listen.Port);
            throw new GatewayException(e.InnerException is AddressInUseException || e is AddressInUseException
                ? $"The gRPC port is taken: something else listens on {endpoint}; choose another with --grpc-port."
                : $"The gateway cannot listen on {endpoint}: {(e.InnerException ?? e).Message}", e);
        }

        var address = Address.ToString();
        Log.Listening(_logger, address);
        if (listen is { Insecure: true, IsLoopback: false })
        {
            Log.Insecure(_logger, address);
        }
    }

    /// <summary>The process that hosts the gateway decides what Ctrl-C means.</summary>
    private sealed class NoSignals : IHostLifetime
    {
        public Task WaitForStartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
    }
}
