namespace Telemetry.Wire;

/// <summary>Which of the two ways a record takes. Values are those of <c>telemetry.v1.Lane</c>.</summary>
public enum Lane : byte
{
    /// <summary>Crashes, lifecycle, heartbeats, seals, losses.</summary>
    Critical = 1,

    /// <summary>Everything else.</summary>
    Bulk = 2,
}
