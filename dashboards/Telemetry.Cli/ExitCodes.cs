namespace Telemetry.Cli;

/// <summary>What the program's exit code means.</summary>
internal static class ExitCodes
{
    /// <summary>Done.</summary>
    public const int Fine = 0;

    /// <summary>It was tried and failed.</summary>
    public const int Failed = 1;

    /// <summary>The command line, the configuration or the machine has to be changed first.</summary>
    public const int Usage = 2;
}
