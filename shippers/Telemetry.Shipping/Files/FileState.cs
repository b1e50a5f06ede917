namespace Telemetry.Shipping.Files;

/// <summary>
/// What survives a restart about one file of a stream. Written by the tailer's thread only; a stream that was rotated has
/// several, oldest first.
/// </summary>
internal sealed class FileState
{
    public required FileIdentity Identity { get; set; }

    /// <summary>Where the file was last seen; a hint, names change.</summary>
    public required string Path { get; set; }

    public Fingerprint Fingerprint { get; set; }

    /// <summary>Where the next record begins, bytes.</summary>
    public long Offset { get; set; }

    /// <summary>Size when last looked at, bytes.</summary>
    public long SeenSize { get; set; }

    /// <summary>True when the last record had no line end; one that follows at once belongs to it and is skipped.</summary>
    public bool Open { get; set; }
}
