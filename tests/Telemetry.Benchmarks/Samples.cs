namespace Telemetry.Benchmarks;

/// <summary>Order statistics of measured values.</summary>
internal static class Samples
{
    /// <summary>The value that the share <paramref name="p"/> (0..1) of the samples does not exceed.</summary>
    public static double Percentile(IEnumerable<double> samples, double p)
    {
        var sorted = samples.Order().ToArray();
        return sorted.Length == 0 ? double.NaN : sorted[Math.Min(sorted.Length - 1, (int)Math.Ceiling(p * sorted.Length) - 1)];
    }

    public static double Median(IEnumerable<double> samples) => Percentile(samples, 0.5);
}
