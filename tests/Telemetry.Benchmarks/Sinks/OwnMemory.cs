using System.Globalization;

namespace Telemetry.Benchmarks.Sinks;

/// <summary>Resident bytes of this process, as the kernel counts them.</summary>
internal static class OwnMemory
{
    /// <summary>Forgets the peak; returns what is resident now.</summary>
    public static long ResetPeak()
    {
        // proc(5): 5 resets the peak resident set size.
        File.WriteAllText("/proc/self/clear_refs", "5");
        return Of("VmRSS:");
    }

    public static long Peak() => Of("VmHWM:");

    private static long Of(string field)
    {
        var line = File.ReadLines("/proc/self/status").First(l => l.StartsWith(field, StringComparison.Ordinal));
        return 1024 * long.Parse(line[field.Length..^2].Trim(), CultureInfo.InvariantCulture);
    }
}
