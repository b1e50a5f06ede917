using System.Diagnostics;
using System.Globalization;

namespace Telemetry.Benchmarks.Engines;

/// <summary>Pins processes, so that the server and what loads it do not share a core.</summary>
internal static class Cores
{
    /// <summary>The core of the server that is measured against.</summary>
    public const int Server = 0;

    /// <summary>The core of what loads it.</summary>
    public static readonly int Load = Environment.ProcessorCount > 1 ? 1 : 0;

    /// <summary>Puts all threads of a process, and those to come, on one core.</summary>
    public static async Task PinAsync(int processId, int core)
    {
        using var taskset = Process.Start(new ProcessStartInfo(
            "taskset", ["-a", "-p", "-c", core.ToString(CultureInfo.InvariantCulture), processId.ToString(CultureInfo.InvariantCulture)])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!;
        await taskset.WaitForExitAsync();
        if (taskset.ExitCode != 0)
        {
            throw new InvalidOperationException($"taskset: {await taskset.StandardError.ReadToEndAsync()}");
        }
    }
}
