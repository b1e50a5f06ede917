namespace Telemetry.Spool;

/// <summary>One segment of a log in use.</summary>
internal sealed class Segment(string fileName, long fileBytes, SegmentHeader header, long end)
{
    private long _end = end;

    /// <summary>For <see cref="End"/> while frames are still appended.</summary>
    public const long Open = long.MaxValue;

    public string FileName => fileName;

    /// <summary>Size of the file: that in the header, unless somebody changed it.</summary>
    public long FileBytes => fileBytes;

    public SegmentHeader Header => header;

    public long Base => header.Base;

    public long FirstFrame => header.FirstFrame;

    /// <summary>
    /// Position at which its frames end; <see cref="Open"/> for the last one. Set once, before a later segment or a later
    /// end of the log is published, so that a reader that sees those sees this.
    /// </summary>
    public long End
    {
        get => Volatile.Read(ref _end);
        set => Volatile.Write(ref _end, value);
    }

    /// <summary>Where reading in it ends when the log may be read up to a limit.</summary>
    public long EndWithin(long limit) => Math.Min(Math.Min(End, header.Limit), limit);

    /// <summary>Open while it is appended to or not durable yet; guarded by the log's lock.</summary>
    public ISpoolFile? File { get; set; }
}
