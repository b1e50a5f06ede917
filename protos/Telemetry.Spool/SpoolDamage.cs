namespace Telemetry.Spool;

/// <summary>What happened to bytes that a log no longer gives.</summary>
public enum SpoolDamageKind : byte
{
    /// <summary>The last writes before a crash: nothing of it was acknowledged.</summary>
    Tail,

    /// <summary>A passage in the middle that does not verify; what follows it is kept.</summary>
    Gap,

    /// <summary>A segment that should be there is not, or has no header that can be read.</summary>
    MissingSegment,

    /// <summary>A file that is no segment; what positions it held is unknown.</summary>
    ForeignFile,

    /// <summary>Writes that a failing flush lost while the process ran: nothing of it was acknowledged.</summary>
    LostWrites,

    /// <summary>A segment that another version of the program wrote, kept whole; what positions it held is unknown.</summary>
    OtherVersion,
}

/// <summary>One passage that is lost, or a file that could not be used.</summary>
/// <param name="Kind">What it is.</param>
/// <param name="From">First position lost; 0 when unknown.</param>
/// <param name="To">Position after the last one lost; 0 when unknown.</param>
/// <param name="Bytes">How much is lost at most, headers included.</param>
/// <param name="Evidence">File in the log's directory that keeps the bytes (or their first MiB); "" when there is none.</param>
/// <param name="Known">The same was reported before, by this process or an earlier one: the evidence was there already.</param>
public sealed record SpoolDamage(
    SpoolDamageKind Kind, SpoolPosition From, SpoolPosition To, long Bytes, string Evidence, bool Known)
{
    /// <summary>Folder in a log's directory with what was set aside.</summary>
    public const string Folder = SpoolFormat.DamagedFolder;
}
