using Telemetry.Console.Metrics;

namespace Telemetry.Console;

/// <summary>What a process tells of itself at <c>/healthz</c> and <c>/metrics</c>. All members are safe for concurrent use.</summary>
public sealed record ProcessServices
{
    /// <summary>The clock; default is the system's.</summary>
    public TimeProvider Time { get; init; } = TimeProvider.System;

    /// <summary>The process's meters for <c>/metrics</c>; null leaves them out. The owner disposes it.</summary>
    public MeterExposition? Meters { get; init; }

    /// <summary>Writes further samples to <c>/metrics</c> at each scrape, each family once; null writes none.</summary>
    public Action<PrometheusText>? WriteMetrics { get; init; }

    /// <summary>Answers <c>/healthz</c>; null is always healthy. An exception is unhealthy.</summary>
    public Func<CancellationToken, ValueTask<HealthReport>>? CheckHealth { get; init; }
}
