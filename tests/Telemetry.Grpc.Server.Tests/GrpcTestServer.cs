using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.Logging.Abstractions;

namespace Telemetry.Grpc.Server.Tests;

/// <summary>Kestrel on a free port of 127.0.0.1.</summary>
internal sealed class GrpcTestServer : IAsyncDisposable
{
    private readonly WebApplication _app;

    private GrpcTestServer(WebApplication app) => _app = app;

    public Uri Address => new(_app.Urls.Single());

    public int Port => Address.Port;

    public static Task<GrpcTestServer> StartAsync(Action<GrpcEndpoints> map, GrpcServerOptions? options = null,
        HttpProtocols protocols = HttpProtocols.Http2)
    {
        var endpoints = new GrpcEndpoints(options ?? new(), NullLogger<GrpcEndpoints>.Instance);
        map(endpoints);
        return StartAsync(endpoints.InvokeAsync, protocols);
    }

    public static async Task<GrpcTestServer> StartAsync(RequestDelegate handler, HttpProtocols protocols = HttpProtocols.Http2)
    {
        var builder = WebApplication.CreateEmptyBuilder(new());
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel =>
        {
            GrpcKestrel.Configure(kestrel);
            kestrel.Listen(IPAddress.Loopback, 0, listen => listen.Protocols = protocols);
        });
        var app = builder.Build();
        app.Run(handler);
        await app.StartAsync();
        return new(app);
    }

    public GrpcChannel OpenChannel(int? maxReceiveBytes = null, TimeProvider? time = null) => new(new GrpcChannelOptions
    {
        Address = Address, MaxReceiveBytes = maxReceiveBytes ?? 4 << 20, Time = time ?? TimeProvider.System,
    });

    public async ValueTask DisposeAsync()
    {
        using var now = new CancellationTokenSource(TimeSpan.FromSeconds(1));
        await _app.StopAsync(now.Token);
        await _app.DisposeAsync();
    }
}
