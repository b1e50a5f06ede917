namespace Telemetry.Spool;

/// <summary>
/// Segments on their way from the log back to the pool. That they are out of the log is made durable first, else a crash could
/// bring one back between others. Safe for concurrent use; takes no lock of the log.
/// </summary>
internal sealed class Recycler(HeadFile head, SegmentPool pool)
{
    private readonly Lock _runGate = new();
    private readonly Lock _listGate = new();
    private readonly List<Segment> _retired = [];
    private long _start;

    /// <summary>Takes segments out of use; <paramref name="start"/> is the base of the first that is left.</summary>
    public void Add(Segment[] segments, long start)
    {
        lock (_listGate)
        {
            _retired.AddRange(segments);
            _start = Math.Max(_start, start);
        }
    }

    /// <summary>Gives back what there is, waiting for a run under way. False when the disk refuses; nothing is given back then.</summary>
    public bool TryRun(out IOException? error)
    {
        error = null;
        lock (_runGate)
        {
            Segment[] retired;
            long start;
            lock (_listGate)
            {
                retired = [.. _retired];
                start = _start;
            }

            if (retired.Length == 0)
            {
                return true;
            }

            try
            {
                head.WriteDurably(start);
            }
            catch (IOException e)
            {
                error = e;
                return false;
            }

            lock (_listGate)
            {
                _retired.RemoveRange(0, retired.Length);
            }

            foreach (var segment in retired)
            {
                pool.Recycle(segment.FileName, segment.FileBytes);
            }

            return true;
        }
    }
}
