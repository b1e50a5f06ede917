using System.Text;
using Google.Protobuf;
using Telemetry.Protos.V1;

namespace Telemetry.Shipper.Processes;

/// <summary>Makes the crash event of a process. Pure.</summary>
internal static class CrashReport
{
    /// <summary>Null when the process ended well. <paramref name="handed"/> is what it said of itself; null when it said nothing.</summary>
    public static Crash? Of(ExitStatus status, ErrorTail tail, Crash? handed)
    {
        if (!status.IsBad)
        {
            return null;
        }

        var stderr = tail.ToArray();
        var exception = handed?.Exception ?? ManagedExceptionParser.Parse(Encoding.UTF8.GetString(stderr));
        return new Crash
        {
            Kind = exception is not null && (status.Signal is 0 or SignalName.Abort)
                ? CrashKind.UnhandledException
                : status.Signal != 0 ? CrashKind.Signal : CrashKind.ExitCode,
            ExitCode = status.Signal == 0 ? status.ExitCode : 0,
            Signal = status.Signal,
            SignalName = SignalName.Of(status.Signal),
            CoreDumped = status.CoreDumped,
            StderrTail = UnsafeByteOperations.UnsafeWrap(stderr),
            StderrBytes = (ulong)tail.Total,
            Exception = exception,
        };
    }

    /// <summary>Of a command that could not be started; <paramref name="error"/> is an errno.</summary>
    public static Crash OfStart(int exitCode, string error) => new()
    {
        Kind = CrashKind.StartFailure,
        ExitCode = exitCode,
        StderrTail = ByteString.CopyFromUtf8(error),
        StderrBytes = (ulong)Encoding.UTF8.GetByteCount(error),
    };
}
