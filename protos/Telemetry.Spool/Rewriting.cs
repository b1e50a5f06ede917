namespace Telemetry.Spool;

/// <summary>Writes the same bytes to the same place again, so that the next flush has to bring them to the disk.</summary>
internal static class Rewriting
{
    /// <summary>
    /// Rewrites what verifies from a position on, and the segment's header when it may not be durable itself
    /// (<paramref name="from"/> is before the first frame). Returns where the first frame is that does not verify, or
    /// <paramref name="end"/>. Throws <see cref="IOException"/> when the disk refuses.
    /// </summary>
    public static long Run(ISpoolDirectory directory, Segment segment, ISpoolFile file, long from, long end)
    {
        using var window = new FileWindow();
        window.Attach(directory.Open(segment.FileName, writable: false));
        if (from < segment.FirstFrame)
        {
            Span<byte> header = stackalloc byte[SpoolFormat.SegmentHeaderBytes];
            segment.Header.Write(header);
            file.Write(header, 0);
            from = segment.FirstFrame;
        }

        var position = from;
        while (position < end
            && Frames.Read(window, segment.Header, position, end, out var frame, out _) == FrameState.Whole)
        {
            var bytes = window.Get(position - segment.Base, (int)frame.FrameBytes, end - segment.Base);
            file.Write(bytes.Span, position - segment.Base);
            position += frame.FrameBytes;
        }

        return position;
    }
}
