using System.Buffers.Binary;

namespace Telemetry.Spool;

/// <summary>Finds and verifies frames in a segment. Nothing here throws on hostile bytes.</summary>
internal static class Frames
{
    /// <summary>
    /// How many times the size of a segment the search for the next frame may spend on what looks like one: bytes
    /// made to look like a frame at every offset would else cost the square of the segment.
    /// </summary>
    private const int SearchEffort = 16;

    private const int SearchBlock = 64 << 10;

    /// <summary>Reads the frame at a position; <paramref name="end"/> is where frames end at the latest.</summary>
    public static FrameState Read(
        FileWindow window, in SegmentHeader segment, long position, long end, out FrameHeader header, out ReadOnlyMemory<byte> payload)
    {
        header = default;
        payload = default;
        var offset = position - segment.Base;
        var stable = end - segment.Base;
        if (position + SpoolFormat.FrameBytes(0) > end)
        {
            return FrameState.None;
        }

        var head = window.Get(offset, SpoolFormat.FrameHeaderBytes, stable);
        if (head.IsEmpty || !FrameHeader.TryRead(head.Span, segment.Crc, position, out header))
        {
            return FrameState.None;
        }

        if (header.FrameBytes > end - position)
        {
            return FrameState.Torn;
        }

        var frame = window.Get(offset, (int)header.FrameBytes, stable);
        if (frame.IsEmpty)
        {
            return FrameState.Torn;
        }

        payload = frame.Slice(SpoolFormat.FrameHeaderBytes, header.Length);
        var again = BinaryPrimitives.ReadInt32LittleEndian(frame.Span[^SpoolFormat.FrameTrailerBytes..]);
        return again == header.Length && header.Covers(payload.Span) ? FrameState.Whole : FrameState.Torn;
    }

    /// <summary>
    /// Position of the next frame that verifies in [<paramref name="from"/>, <paramref name="end"/>), or -1.
    /// <paramref name="tornEnd"/> is where the last frame ends of those whose header verified and the rest did not, or 0.
    /// </summary>
    public static long FindNext(FileWindow window, in SegmentHeader segment, long from, long end, out long tornEnd)
    {
        tornEnd = 0;
        var budget = (long)SearchEffort * segment.SegmentBytes;
        var position = Math.Max(SpoolFormat.AlignUp(from), segment.FirstFrame);
        while (position + SpoolFormat.FrameBytes(0) <= end)
        {
            var candidate = FindHeader(window, segment, position, end, out position);
            if (candidate < 0)
            {
                continue;
            }

            switch (Read(window, segment, candidate, end, out var header, out _))
            {
                case FrameState.Whole:
                    return candidate;
                case FrameState.Torn:
                    tornEnd = Math.Max(tornEnd, Math.Min(candidate + header.FrameBytes, end));
                    budget -= Math.Min(SearchBlock, segment.SegmentBytes) + Math.Min(header.FrameBytes, end - candidate);
                    break;
            }

            if (budget < 0)
            {
                return -1;
            }

            position = candidate + SpoolFormat.Alignment;
        }

        return -1;
    }

    /// <summary>Searches one block; <paramref name="next"/> is where to go on when nothing was found in it.</summary>
    private static long FindHeader(FileWindow window, in SegmentHeader segment, long position, long end, out long next)
    {
        var count = (int)Math.Min(SearchBlock, end - position);
        var block = window.GetAtMost(position - segment.Base, count, end - segment.Base).Span;
        for (var i = 0; i + SpoolFormat.FrameHeaderBytes <= block.Length; i += SpoolFormat.Alignment)
        {
            if (FrameHeader.TryRead(block[i..], segment.Crc, position + i, out _))
            {
                next = position;
                return position + i;
            }
        }

        // The last 8 bytes of a block begin a header that ends in the next one.
        next = block.Length < SearchBlock ? end : position + SearchBlock - SpoolFormat.Alignment;
        return -1;
    }
}
