using Telemetry.Protos.V1;

namespace Telemetry.Autopsy;

/// <summary>How enumerations of the contract are printed and stored.</summary>
public static class Names
{
    /// <summary>"line_too_long", "spool_full", …</summary>
    public static string Of(LossReason reason) => reason switch
    {
        LossReason.LineTooLong => "line_too_long",
        LossReason.SourceChanged => "source_changed",
        LossReason.Rejected => "rejected",
        LossReason.SpoolFull => "spool_full",
        LossReason.SpoolDamaged => "spool_damaged",
        LossReason.Retention => "retention",
        LossReason.Decoding => "decoding",
        LossReason.SourceGone => "source_gone",
        LossReason.StoreRefused => "store_refused",
        LossReason.Purged => "purged",
        _ => "unknown",
    };

    /// <summary>"file", "stdout", …; "" when unknown.</summary>
    public static string Of(StreamKind kind) => kind switch
    {
        StreamKind.Agent => "agent",
        StreamKind.File => "file",
        StreamKind.Pipe => "pipe",
        StreamKind.Stdout => "stdout",
        StreamKind.Stderr => "stderr",
        StreamKind.Crash => "crash",
        StreamKind.Application => "application",
        _ => "",
    };

    /// <summary>"signal", "unhandled_exception", …</summary>
    public static string Of(CrashKind kind) => kind switch
    {
        CrashKind.Signal => "signal",
        CrashKind.UnhandledException => "unhandled_exception",
        CrashKind.ExitCode => "exit_code",
        CrashKind.StartFailure => "start_failure",
        _ => "unknown",
    };
}
