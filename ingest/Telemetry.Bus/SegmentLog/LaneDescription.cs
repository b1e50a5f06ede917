using Telemetry.Wire;

namespace Telemetry.Bus.SegmentLog;

/// <summary>What the embedded bus has of one lane. Positions count bytes.</summary>
/// <param name="Lane">The lane.</param>
/// <param name="Oldest">Oldest position that is still there.</param>
/// <param name="End">Next position.</param>
/// <param name="Indexed">Everything before it is indexed; written about once a second.</param>
/// <param name="UsedBytes">What it takes on disk.</param>
/// <param name="OldestUnixUs">Bus time of the oldest entry, microseconds since the Unix epoch; null when there is none.</param>
public sealed record LaneDescription(
    Lane Lane, BusPosition Oldest, BusPosition End, BusPosition Indexed, long UsedBytes, long? OldestUnixUs)
{
    /// <summary>Bytes that are not known to be indexed.</summary>
    public long LagBytes => Math.Max(0, End.Value - Math.Max(Oldest.Value, Indexed.Value));
}
