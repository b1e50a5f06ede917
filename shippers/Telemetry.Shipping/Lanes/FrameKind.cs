namespace Telemetry.Shipping.Lanes;

/// <summary>First byte of a frame in a lane's log.</summary>
internal enum FrameKind : byte
{
    /// <summary>A batch with its content.</summary>
    Batch = 1,

    /// <summary>How a batch is made again from files.</summary>
    Plan = 2,

    /// <summary>State of streams.</summary>
    Checkpoint = 3,
}
