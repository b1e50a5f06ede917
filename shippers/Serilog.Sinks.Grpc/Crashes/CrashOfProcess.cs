using System.Security.Cryptography;
using Serilog.Sinks.Grpc.Sending;
using Telemetry.Protos.V1;
using Telemetry.Shipping;

namespace Serilog.Sinks.Grpc.Crashes;

/// <summary>What this process can say of its end while it still runs.</summary>
internal static class CrashOfProcess
{
    private const int Abort = 6;

    /// <summary>The crash that <paramref name="thrown"/> makes, which nobody caught.</summary>
    public static Crash Of(object thrown, ApplicationIdentity identity, TimeProvider time)
    {
        var now = time.GetUtcNow().ToUnixMicroseconds();
        var crash = new Crash
        {
            CrashId = RandomNumberGenerator.GetHexString(32, lowercase: true),
            Kind = CrashKind.UnhandledException,
            AtUnixUs = now,
            WorkloadId = identity.Workload.Id,
            Pid = Environment.ProcessId,
            Executable = Environment.ProcessPath ?? "",
            RunTimeMs = (ulong)Math.Max(0, (now - identity.Workload.StartedUnixUs) / 1000),
            Exception = ExceptionTree.Of(thrown),
        };
        crash.CommandLine.AddRange(Environment.GetCommandLineArgs());
        if (!OperatingSystem.IsWindows())
        {
            // The runtime's next step is abort(3).
            (crash.Signal, crash.SignalName) = (Abort, "SIGABRT");
        }

        return crash;
    }
}
