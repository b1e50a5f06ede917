namespace Telemetry.Spool;

/// <summary>How an append ended.</summary>
public enum AppendResult : byte
{
    /// <summary>Written: it survives the end of the process, and once flushed the end of the machine.</summary>
    Ok,

    /// <summary>No space under the limit or on the disk; nothing was written. Trimming, or a disk with space, mends it.</summary>
    Full,

    /// <summary>The payload is larger than a segment holds; nothing was written.</summary>
    TooLarge,

    /// <summary>
    /// The disk refused or the log is disposed; see <see cref="SpoolLog.LastError"/>. The log stays usable. Whether the frame
    /// appears after a crash is unknown, before one it does not.
    /// </summary>
    Failed,
}
