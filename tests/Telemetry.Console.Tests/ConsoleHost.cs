using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.Logging;

namespace Telemetry.Console.Tests;

/// <summary>The console on a real Kestrel at a free port.</summary>
internal sealed class ConsoleHost : IAsyncDisposable
{
    private readonly WebApplication _application;

    private ConsoleHost(WebApplication application)
    {
        _application = application;
        Url = new Uri(application.Urls.First());
        Http = new HttpClient { BaseAddress = Url };
    }

    public Uri Url { get; }

    public HttpClient Http { get; }

    public static Task<ConsoleHost> StartAsync(Fleet fleet, TimeProvider time) => StartAsync(
        new ConsoleServices { Documents = fleet.Documents, Lifetimes = fleet.Lifetimes, Time = time });

    public static async Task<ConsoleHost> StartAsync(ConsoleServices services, int port = 0)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel =>
            kestrel.Listen(IPAddress.Loopback, port, options => options.Protocols = HttpProtocols.Http1));
        var application = builder.Build();
        application.MapTelemetryConsole(services);
        await application.StartAsync();
        return new ConsoleHost(application);
    }

    public async ValueTask DisposeAsync()
    {
        Http.Dispose();
        await _application.DisposeAsync();
    }
}
