namespace Telemetry.Spool;

/// <summary>What a reader reads from: the log of this process, or the directory another process writes.</summary>
internal interface ISegmentSource
{
    ISpoolDirectory Directory { get; }

    /// <summary>End of what may be read.</summary>
    long Limit(bool durableOnly);

    /// <summary>
    /// The first segment whose end is after a position; null when there is none. <paramref name="refresh"/> says that what
    /// was given before does not verify any more.
    /// </summary>
    Segment? Find(long position, bool refresh);

    /// <summary>Takes note of bytes in the log that do not verify; called for each passage that a reader skips.</summary>
    void ReportGap(Segment segment, long from, long to);
}
