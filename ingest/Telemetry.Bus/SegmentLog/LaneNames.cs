using Telemetry.Wire;

namespace Telemetry.Bus.SegmentLog;

/// <summary>What a lane is called in paths and sentences.</summary>
internal static class LaneNames
{
    public static string Of(Lane lane) => lane == Lane.Critical ? "critical" : "bulk";
}
