using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace Telemetry.Grpc.Tests;

/// <summary>A server that answers whatever the test says.</summary>
internal sealed class OddServer(WebApplication app) : IAsyncDisposable
{
    public static async Task<OddServer> StartAsync(RequestDelegate handler)
    {
        var builder = WebApplication.CreateEmptyBuilder(new());
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel =>
            kestrel.Listen(IPAddress.Loopback, 0, listen => listen.Protocols = HttpProtocols.Http2));
        var app = builder.Build();
        app.Run(handler);
        await app.StartAsync();
        return new(app);
    }

    public GrpcChannel OpenChannel(int maxReceiveBytes = 1 << 20) =>
        new(new GrpcChannelOptions { Address = new(app.Urls.Single()), MaxReceiveBytes = maxReceiveBytes });

    public async ValueTask DisposeAsync()
    {
        using var now = new CancellationTokenSource(TimeSpan.FromSeconds(1));
        await app.StopAsync(now.Token);
        await app.DisposeAsync();
    }
}
