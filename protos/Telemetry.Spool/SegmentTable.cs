using System.Buffers.Binary;

namespace Telemetry.Spool;

/// <summary>Questions to the segments of a log, which are in the order of their bases.</summary>
internal static class SegmentTable
{
    /// <summary>The first segment whose end is after a position, or null.</summary>
    public static Segment? Find(Segment[] segments, long position)
    {
        int low = 0, high = segments.Length;
        while (low < high)
        {
            var middle = (low + high) / 2;
            if (segments[middle].EndWithin(long.MaxValue) <= position)
            {
                low = middle + 1;
            }
            else
            {
                high = middle;
            }
        }

        return low < segments.Length ? segments[low] : null;
    }

    /// <summary>The segments with frames in (<paramref name="after"/>, <paramref name="end"/>), oldest first.</summary>
    public static Segment[] EndingAfter(Segment[] segments, long after, long end)
    {
        if (after >= end)
        {
            return [];
        }

        var first = segments.Length;
        while (first > 0 && segments[first - 1].EndWithin(end) > after)
        {
            first--;
        }

        return segments[first..];
    }

    /// <summary>Bytes of segments from a position up to a limit.</summary>
    public static long BytesBetween(Segment[] segments, long position, long limit)
    {
        var bytes = 0L;
        for (var i = segments.Length - 1; i >= 0 && segments[i].EndWithin(limit) > position; i--)
        {
            bytes += Math.Max(0, segments[i].EndWithin(limit) - Math.Max(position, segments[i].Base));
        }

        return bytes;
    }

    /// <summary>Bytes from a position up to where the frames before the first segment ended.</summary>
    public static long BytesMissingAfter(Segment[] segments, long position, long end) =>
        Math.Max(0, (segments.Length > 0 ? segments[0].Header.PreviousEnd : end) - position);

    /// <summary>The frame that ends where a segment ends, found by its second length.</summary>
    public static bool TryReadLast(ISpoolDirectory directory, Segment segment, long end, out byte[] payload)
    {
        payload = [];
        try
        {
            using var window = new FileWindow();
            window.Attach(directory.Open(segment.FileName, writable: false));
            var trailer = window.Get(
                end - segment.Base - SpoolFormat.FrameTrailerBytes, SpoolFormat.FrameTrailerBytes, long.MaxValue);
            if (trailer.IsEmpty)
            {
                return false;
            }

            var length = BinaryPrimitives.ReadUInt32LittleEndian(trailer.Span);
            var position = end - SpoolFormat.FrameBytes(length);
            if (position < segment.FirstFrame
                || Frames.Read(window, segment.Header, position, end, out _, out var found) != FrameState.Whole)
            {
                return false;
            }

            payload = found.ToArray();
            return true;
        }
        catch (IOException)
        {
            return false;
        }
    }
}
