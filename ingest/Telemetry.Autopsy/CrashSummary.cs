using System.Globalization;
using Telemetry.Protos.V1;
using Telemetry.Wire;

namespace Telemetry.Autopsy;

/// <summary>Says in a line what a crash was.</summary>
public static class CrashSummary
{
    private const int MaxMessageChars = 300;

    /// <summary>The crash as it is kept with its lifetime.</summary>
    public static LifetimeCrash From(in FactStamp stamp, LifetimeFacts lifetime, Crash crash)
    {
        var workload = lifetime.Workloads.GetValueOrDefault(crash.WorkloadId)?.Name ?? "";
        return new(
            stamp.Lifetime, crash.CrashId, stamp.DocumentId,
            crash.AtUnixUs == 0 ? stamp.MintedUnixUs : crash.AtUnixUs,
            Names.Of(crash.Kind), Title(crash, workload), crash.WorkloadId, crash.Executable,
            HasExitCode(crash) ? crash.ExitCode : null, SignalName(crash), crash.Exception?.Type ?? "",
            crash.Exception?.Message ?? "", crash.RunTimeMs,
            lifetime.Identity?.InstanceId ?? "", lifetime.Identity?.HostName ?? "")
        {
            WorkloadName = workload,
        };
    }

    /// <summary>
    /// "System.InvalidOperationException: cart is empty", "api (telemetry-demo) died of SIGSEGV", "job ended with exit code 3".
    /// </summary>
    /// <param name="crash">The crash.</param>
    /// <param name="workload">Name of the workload; "" when unknown.</param>
    public static string Title(Crash crash, string workload)
    {
        if (crash.Exception is { Type.Length: > 0 })
        {
            return Cause(crash);
        }

        // A program says little where one runs in many roles.
        var program = Who(crash);
        var who = workload.Length == 0 || workload == program ? program : $"{workload} ({program})";
        return crash.Kind == CrashKind.StartFailure ? $"{who} {Cause(crash)}"
            : crash.Signal == 0 ? $"{who} ended with exit code {crash.ExitCode}"
            : SignalName(crash) is "SIGKILL" or "SIGTERM" ? $"{who} killed by {SignalName(crash)}"
            : $"{who} died of {SignalName(crash)}";
    }

    /// <summary>What it died of: "System.InvalidOperationException: cart is empty", "SIGSEGV", "exit 3".</summary>
    public static string Cause(Crash crash)
    {
        if (crash.Exception is { Type.Length: > 0 } exception)
        {
            return exception.Message.Length == 0
                ? exception.Type
                : $"{exception.Type}: {FirstLine(exception.Message)}";
        }

        return crash.Kind == CrashKind.StartFailure
            ? "could not be started"
            : crash.Signal != 0 ? SignalName(crash) : $"exit {crash.ExitCode}";
    }

    /// <summary>One sentence for people: "api crashed: SIGSEGV (core dumped after 3.2 s)".</summary>
    /// <param name="crash">The crash.</param>
    /// <param name="service">Name of the service; "" when unknown.</param>
    public static string Sentence(Crash crash, string service)
    {
        var who = service.Length > 0 ? service : Who(crash);
        if (crash.Kind == CrashKind.StartFailure)
        {
            return $"{who} {Cause(crash)}";
        }

        var how = crash.CoreDumped ? "core dumped" : "";
        if (crash.Exception is { Type.Length: > 0 })
        {
            var end = crash.Signal != 0 ? SignalName(crash) : $"exit {crash.ExitCode}";
            how = how.Length > 0 ? $"{end}, {how}" : end;
        }

        how = how.Length > 0 ? $"{how} after {RunTime(crash.RunTimeMs)}" : $"after {RunTime(crash.RunTimeMs)}";
        return $"{who} crashed: {Cause(crash)} ({how})";
    }

    /// <summary>"SIGSEGV", "signal 11" when its name is unknown, "" when there was none.</summary>
    public static string SignalName(Crash crash) =>
        crash.Signal == 0 ? "" : crash.SignalName.Length > 0 ? crash.SignalName : $"signal {crash.Signal}";

    private static bool HasExitCode(Crash crash) => crash.Signal == 0 && crash.Kind != CrashKind.StartFailure;

    private static string Who(Crash crash)
    {
        var name = Path.GetFileName(crash.Executable.AsSpan());
        return name.IsEmpty ? $"process {crash.Pid}" : name.ToString();
    }

    private static string RunTime(ulong ms) => ms < 1000
        ? $"{ms} ms"
        : ms < 600_000
            ? string.Create(CultureInfo.InvariantCulture, $"{ms / 1000.0:0.#} s")
            : string.Create(CultureInfo.InvariantCulture, $"{TimeSpan.FromMilliseconds((double)ms):d\\.hh\\:mm\\:ss}");

    private static string FirstLine(string text)
    {
        var line = text.AsSpan();
        var end = line.IndexOfAny('\r', '\n');
        line = end < 0 ? line : line[..end];
        return line.Length <= MaxMessageChars ? line.ToString() : string.Concat(line[..MaxMessageChars], "…");
    }
}
