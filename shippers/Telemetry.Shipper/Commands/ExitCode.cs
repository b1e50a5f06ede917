namespace Telemetry.Shipper.Commands;

internal static class ExitCode
{
    public const int Fine = 0;

    public const int Failed = 1;

    /// <summary>Usage or configuration.</summary>
    public const int Usage = 2;

    /// <summary>What a shell says of a command that may not be executed.</summary>
    public const int CannotExecute = 126;

    /// <summary>What a shell says of a command that does not exist.</summary>
    public const int NotFound = 127;
}
