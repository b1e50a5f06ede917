namespace Telemetry.Shipper.Processes;

/// <summary>How a process ended, as waitpid(2) tells.</summary>
/// <param name="ExitCode">0..255; valid when <paramref name="Signal"/> is 0.</param>
/// <param name="Signal">The signal that ended it; 0 is none.</param>
/// <param name="CoreDumped">The kernel says that it wrote a core.</param>
internal readonly record struct ExitStatus(int ExitCode, int Signal, bool CoreDumped)
{
    public bool IsBad => Signal != 0 || ExitCode != 0;

    /// <summary>What a shell would return.</summary>
    public int ShellCode => Signal != 0 ? 128 + Signal : ExitCode;

    public static ExitStatus FromWait(int status) =>
        new(status >> 8 & 0xff, status & 0x7f, (status & 0x7f) != 0 && (status & 0x80) != 0);
}
