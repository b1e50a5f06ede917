namespace Telemetry.Benchmarks.Sinks;

/// <summary>What a process that logs says of itself.</summary>
/// <param name="Settled">Events that the peer took.</param>
/// <param name="Seconds">From the first event to the last answer.</param>
/// <param name="CpuSeconds">Of this process.</param>
internal sealed record LoadResult(long Settled, double Seconds, double CpuSeconds)
{
    public double PerSecond => Settled / Seconds;

    public double PerCore => Settled / CpuSeconds;
}
