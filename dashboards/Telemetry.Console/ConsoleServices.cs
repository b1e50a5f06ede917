using Microsoft.AspNetCore.Http;
using Telemetry.Console.Care;
using Telemetry.Console.Metrics;
using Telemetry.Store;

namespace Telemetry.Console;

/// <summary>What the console reads from. All members are safe for concurrent use.</summary>
public sealed record ConsoleServices
{
    /// <summary>Searches.</summary>
    public required IDocumentReader Documents { get; init; }

    /// <summary>Lifetimes and crashes.</summary>
    public required ILifetimeReader Lifetimes { get; init; }

    /// <summary>The clock; default is the system's.</summary>
    public TimeProvider Time { get; init; } = TimeProvider.System;

    /// <summary>The process's meters for <c>/metrics</c>; null leaves them out. The owner disposes it.</summary>
    public MeterExposition? Meters { get; init; }

    /// <summary>Writes further samples to <c>/metrics</c> at each scrape, each family once; null writes none.</summary>
    public Action<PrometheusText>? WriteMetrics { get; init; }

    /// <summary>Answers <c>/healthz</c>; null is always healthy. An exception is unhealthy.</summary>
    public Func<CancellationToken, ValueTask<HealthReport>>? CheckHealth { get; init; }

    internal ProcessServices Process =>
        new() { Time = Time, Meters = Meters, WriteMetrics = WriteMetrics, CheckHealth = CheckHealth };

    /// <summary>Deletes documents for good; null when this process does not own the store.</summary>
    public IPurger? Purger { get; init; }

    /// <summary>Who may change what is stored; default nobody.</summary>
    public Func<HttpContext, ChangeRight> ChangeRight { get; init; } = static _ => new("", "This console only reads.");

    /// <summary>Live tails at a time; the next one is answered with 503. Default 64.</summary>
    public int MaxTails { get; init; } = 64;
}
