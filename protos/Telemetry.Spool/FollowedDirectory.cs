namespace Telemetry.Spool;

/// <summary>What a directory that another process writes says about its log. Not thread-safe.</summary>
internal sealed class FollowedDirectory(ISpoolDirectory directory, Action<SpoolDamage>? onDamage) : ISegmentSource
{
    private Segment[] _segments = [];
    private long _scannedFor = -1;
    private long _start;

    public ISpoolDirectory Directory => directory;

    public long Durable { get; private set; }

    /// <summary>Reads the head, which is written after every flush of the writer. Keeps what it knew when there is none.</summary>
    public void Look()
    {
        if (HeadFile.TryRead(directory) is { } head)
        {
            Durable = Math.Max(Durable, head.Durable);
            _start = Math.Max(_start, head.Start);
        }
    }

    public long Limit(bool durableOnly) => Durable;

    public Segment? Find(long position, bool refresh)
    {
        if (refresh)
        {
            Scan();
        }

        return SegmentTable.Find(Scanned(), position);
    }

    public long Reach => Math.Max(Durable, Scanned().Select(s => s.Header.Limit).DefaultIfEmpty().Max());

    public long UsedBytes => Scanned().Sum(
        s => s.End == Segment.Open ? Math.Max(0, s.EndWithin(Durable) - s.Base) : s.FileBytes);

    /// <summary>The segments in use, oldest first.</summary>
    public Segment[] InUse() => Scanned();

    public long BytesAfter(long position) => SegmentTable.BytesBetween(Scanned(), position, Durable);

    public long BytesMissingAfter(long position) => SegmentTable.BytesMissingAfter(Scanned(), position, Durable);

    public void ReportGap(Segment segment, long from, long to)
    {
        // A segment that was trimmed while it was read is no damage.
        Look();
        if (segment.Base >= _start)
        {
            onDamage?.Invoke(new SpoolDamage(SpoolDamageKind.Gap, new(from), new(to), to - from, "", Known: false));
        }
    }

    private Segment[] Scanned()
    {
        if (_scannedFor != Durable)
        {
            Scan();
        }

        return _segments;
    }

    private void Scan()
    {
        try
        {
            var found = DirectoryScan.Look(directory).Segments;
            List<Segment> inUse = [];
            for (var i = found.Count - 1; i >= 0; i--)
            {
                var segment = found[i];
                var later = inUse.Count > 0 ? inUse[^1].Header.PreviousEnd : long.MaxValue;
                if (segment.Base >= _start && segment.Base < later)
                {
                    segment.End = later >= segment.FirstFrame && later <= segment.Header.Limit ? later : Segment.Open;
                    inUse.Add(segment);
                }
            }

            inUse.Reverse();
            _segments = [.. inUse];
            _scannedFor = Durable;
        }
        catch (IOException)
        {
            // No directory yet, or none that can be listed for the moment: what was known stays.
        }
    }
}
