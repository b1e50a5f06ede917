namespace Telemetry.Spool;

/// <summary>What verifying one segment found.</summary>
/// <param name="End">End of the last frame that verifies, or of the header.</param>
/// <param name="DurableThen">Greatest position that a verified frame says was durable when it was written.</param>
/// <param name="Damages">Passages that do not verify, in order.</param>
internal sealed record SegmentScan(long End, long DurableThen, IReadOnlyList<(long From, long To)> Damages)
{
    private const int Block = 64 << 10;

    /// <summary>
    /// Verifies a segment up to <paramref name="knownEnd"/>; -1 when it is the last one and its end is to be found. Does not throw.
    /// </summary>
    public static SegmentScan Run(ISpoolDirectory directory, Segment segment, long knownEnd)
    {
        using var window = new FileWindow();
        try
        {
            window.Attach(directory.Open(segment.FileName, writable: false));
        }
        catch (IOException)
        {
            // Reads as nothing, so all of it is damage.
        }

        List<(long, long)> damages = [];
        var bound = knownEnd < 0 ? segment.Header.Limit : knownEnd;
        var position = segment.FirstFrame;
        var durableThen = 0L;
        while (true)
        {
            if (Frames.Read(window, segment.Header, position, bound, out var header, out _) == FrameState.Whole)
            {
                durableThen = Math.Max(durableThen, header.DurableThen(position));
                position += header.FrameBytes;
                continue;
            }

            var next = Frames.FindNext(window, segment.Header, position, bound, out var tornEnd);
            var damageEnd = next >= 0 ? next
                : knownEnd >= 0 ? knownEnd
                : Math.Max(tornEnd, segment.Header.Recycled ? 0 : EndOfContent(window, segment, position));
            if (damageEnd > position)
            {
                damages.Add((position, damageEnd));
            }

            if (next < 0)
            {
                return new SegmentScan(position, durableThen, damages);
            }

            position = next;
        }
    }

    /// <summary>In a segment that was zeroed before its use, what is not zero was written.</summary>
    private static long EndOfContent(FileWindow window, Segment segment, long from)
    {
        var end = 0L;
        for (var position = from; position < segment.Header.Limit; position += Block)
        {
            var count = (int)Math.Min(Block, segment.Header.Limit - position);
            var block = window.GetAtMost(position - segment.Base, count, long.MaxValue).Span;
            var last = block.LastIndexOfAnyExcept((byte)0);
            end = last < 0 ? end : SpoolFormat.AlignUp(position + last + 1);
        }

        return end;
    }
}
