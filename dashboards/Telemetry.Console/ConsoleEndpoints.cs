using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Telemetry.Console.Api;
using Telemetry.Console.Metrics;
using Telemetry.Console.Pages;

namespace Telemetry.Console;

/// <summary>The HTTP API under <c>/api/v1</c>, the pages, <c>/healthz</c> and <c>/metrics</c>.</summary>
public static class ConsoleEndpoints
{
    private static readonly string[] Reading = [HttpMethods.Get, HttpMethods.Head];

    /// <summary>
    /// Adds all endpoints. They answer GET and HEAD only and change nothing, except for <c>POST /api/v1/purge</c>, which asks
    /// <see cref="ConsoleServices.ChangeRight"/>. Kestrel's longest request line becomes 32 KiB.
    /// </summary>
    public static IEndpointConventionBuilder MapTelemetryConsole(this IEndpointRouteBuilder endpoints, ConsoleServices services)
    {
        ArgumentNullException.ThrowIfNull(endpoints);
        ArgumentNullException.ThrowIfNull(services);
        services = services with { Lifetimes = new BoundedLifetimes(services.Lifetimes) };
        AllowLongQueries(endpoints.ServiceProvider.GetRequiredService<IOptions<KestrelServerOptions>>().Value.Limits);
        var guard = CreateGuard(endpoints, services.Time);
        var group = endpoints.MapGroup("");

        void Api(string route, IApiEndpoint endpoint) =>
            group.MapMethods(route, Reading, guard.Api(route, endpoint));
        void Page(string route, IPage page) =>
            group.MapMethods(route, Reading, guard.Page(route, page));

        Api("/api/v1/search", new SearchEndpoint(services));
        Api("/api/v1/histogram", new HistogramEndpoint(services));
        Api("/api/v1/context", new ContextEndpoint(services));
        Api("/api/v1/lifetimes", new LifetimesEndpoint(services));
        Api("/api/v1/lifetimes/{id}", new LifetimeEndpoint(services));
        Api("/api/v1/crashes", new CrashesEndpoint(services));
        Api("/api/v1/tail", new TailEndpoint(services));
        Api("/healthz", new HealthEndpoint(services.Process));
        Api("/metrics", new MetricsEndpoint(services.Process));
        group.MapMethods("/api/v1/purge", [HttpMethods.Post], guard.Api("/api/v1/purge", new PurgeEndpoint(services)));
        Api("/assets/{name}", new AssetEndpoint());
        Api("/api/{**path}", new UnknownEndpoint());

        Page("/", new SearchPage(services));
        Page("/context", new ContextPage(services));
        Page("/tail", new TailPage(services));
        Page("/lifetimes", new LifetimesPage(services));
        Page("/lifetimes/{id}", new LifetimePage(services));
        Page("/crashes", new CrashesPage(services));
        group.MapMethods("/{**path}", Reading, guard.Page("/{**path}", new UnknownPage())).WithOrder(int.MaxValue);
        return group;
    }

    /// <summary>Adds <c>/healthz</c> and <c>/metrics</c> alone, for a process without a console. They answer GET and HEAD only.</summary>
    public static IEndpointConventionBuilder MapTelemetryProcess(this IEndpointRouteBuilder endpoints, ProcessServices services)
    {
        ArgumentNullException.ThrowIfNull(endpoints);
        ArgumentNullException.ThrowIfNull(services);
        var guard = CreateGuard(endpoints, services.Time);
        var group = endpoints.MapGroup("");
        group.MapMethods("/healthz", Reading, guard.Api("/healthz", new HealthEndpoint(services)));
        group.MapMethods("/metrics", Reading, guard.Api("/metrics", new MetricsEndpoint(services)));
        group.MapMethods("/{**path}", Reading, guard.Api("/{**path}", new UnknownEndpoint())).WithOrder(int.MaxValue);
        return group;
    }

    private static RequestGuard CreateGuard(IEndpointRouteBuilder endpoints, TimeProvider time) => new(
        time, endpoints.ServiceProvider.GetRequiredService<ILoggerFactory>().CreateLogger("Telemetry.Console"));

    /// <summary><c>POST /api/v1/purge</c> alone, for a process that serves nothing else.</summary>
    public static RequestDelegate CreatePurge(ConsoleServices services, ILogger logger)
    {
        ArgumentNullException.ThrowIfNull(services);
        return new RequestGuard(services.Time, logger).Api("/api/v1/purge", new PurgeEndpoint(services));
    }

    // A query of 8 KiB has to pass in a URL, in which each byte may take three characters; Kestrel's default is 8 KiB.
    private static void AllowLongQueries(KestrelServerLimits limits) =>
        limits.MaxRequestLineSize = Math.Max(limits.MaxRequestLineSize, 32 * 1024);
}
