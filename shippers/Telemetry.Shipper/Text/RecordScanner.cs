namespace Telemetry.Shipper.Text;

/// <summary>
/// Finds where the first record of some bytes ends. A pure function of the bytes, the pause and the options: a scan that
/// begins at any record boundary finds the same records, whatever the sizes in which the bytes arrive.
/// </summary>
internal static class RecordScanner
{
    private const byte LineFeed = (byte)'\n';

    public static ScanResult Next(ReadOnlySpan<byte> data, SourcePause pause, in ScanOptions options, out ScannedRecord record)
    {
        record = default;
        var feed = data.IndexOf(LineFeed);
        if (feed < 0)
        {
            return NextUnfinished(data, pause, options, out record);
        }

        var content = WithoutReturn(data[..feed]);
        if (content > options.MaxRecordBytes)
        {
            record = new ScannedRecord(feed + 1, options.MaxRecordBytes, content - options.MaxRecordBytes, false);
            return ScanResult.Record;
        }

        if (!options.Group)
        {
            record = new ScannedRecord(feed + 1, content, 0, false);
            return ScanResult.Record;
        }

        var end = GroupEnd(data, feed + 1, content, pause, options);
        if (end < 0)
        {
            return ScanResult.NeedMore;
        }

        var open = data[end - 1] != LineFeed;
        record = new ScannedRecord(end, open ? end : WithoutReturn(data[..(end - 1)]), 0, open);
        return ScanResult.Record;
    }

    private static ScanResult NextUnfinished(ReadOnlySpan<byte> data, SourcePause pause, in ScanOptions options,
        out ScannedRecord record)
    {
        record = default;
        if (data.Length > options.MaxRecordBytes + 1)
        {
            return ScanResult.LongLine;
        }

        if (pause != SourcePause.End || data.IsEmpty)
        {
            return ScanResult.NeedMore;
        }

        var cut = Math.Max(0, data.Length - options.MaxRecordBytes);
        record = new ScannedRecord(data.Length, data.Length - cut, cut, true);
        return ScanResult.Record;
    }

    /// <summary>Where the group of the first line ends, or -1 when that is not decided yet.</summary>
    private static int GroupEnd(ReadOnlySpan<byte> data, int lineEnd, int content, SourcePause pause, in ScanOptions options)
    {
        var group = new TraceGroup(data[..content]);
        var confirmed = lineEnd;
        var at = lineEnd;
        for (var lines = 1; lines < options.MaxGroupLines; lines++)
        {
            if (at == data.Length)
            {
                return pause == SourcePause.None ? -1 : confirmed;
            }

            var rest = data[at..];
            if (!group.MayContinueWith(rest))
            {
                return confirmed;
            }

            var feed = rest.IndexOf(LineFeed);
            var next = feed < 0 ? data.Length : at + feed + 1;
            if (next > options.MaxRecordBytes)
            {
                return confirmed;
            }

            if (feed < 0 && pause != SourcePause.End)
            {
                return -1;
            }

            var line = feed < 0 ? rest : rest[..feed];
            switch (group.Take(line[..WithoutReturn(line)]))
            {
                case LineFit.Break:
                    return confirmed;
                case LineFit.Continue:
                    confirmed = next;
                    break;
            }

            at = next;
        }

        return confirmed;
    }

    private static int WithoutReturn(ReadOnlySpan<byte> line) =>
        line.Length > 0 && line[^1] == (byte)'\r' ? line.Length - 1 : line.Length;
}
