using Telemetry.Wire;

namespace Telemetry.Shipper.Text;

/// <summary>How lines become records.</summary>
/// <param name="Group">Join the lines of a stack trace into one record.</param>
/// <param name="MaxRecordBytes">Most bytes of a record that are kept; also the limit of a group.</param>
/// <param name="MaxGroupLines">Most lines of a group.</param>
internal readonly record struct ScanOptions(bool Group, int MaxRecordBytes, int MaxGroupLines)
{
    public static readonly ScanOptions Default = new(true, WireLimits.MaxLineBytes, 1000);

    public static readonly ScanOptions SingleLines = Default with { Group = false };
}
