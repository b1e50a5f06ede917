namespace Telemetry.Shipper.Files;

/// <summary>How a turn of reading one file ended.</summary>
internal enum ReadOutcome : byte
{
    /// <summary>All of it is read.</summary>
    Drained,

    /// <summary>Its last bytes wait for what continues them.</summary>
    Waiting,

    /// <summary>There is more, but others have their turn.</summary>
    More,

    /// <summary>The batches before must be acknowledged, or the log written, first.</summary>
    Blocked,
}
