namespace Telemetry.Spool;

/// <summary>What lies at a position.</summary>
internal enum FrameState : byte
{
    /// <summary>Nothing that was ever a frame of this segment.</summary>
    None,

    /// <summary>The header of a frame, but not all of the rest.</summary>
    Torn,

    /// <summary>A frame that verifies.</summary>
    Whole,
}
