namespace Telemetry.Spool;

/// <summary>
/// Decides from what lies in the directory what the log is: the recovery rules of <see cref="SpoolFormat"/>, step by step.
/// Changes nothing in segments.
/// </summary>
internal sealed class LogRecovery
{
    private readonly ISpoolDirectory _directory;
    private readonly SpoolOptions _options;
    private readonly Evidence _evidence;
    private readonly DirectoryScan _files;
    private readonly (long Durable, long Start)? _head;
    private readonly List<Passage> _passages = [];
    private long _lastEnd;

    private LogRecovery(
        ISpoolDirectory directory, SpoolOptions options, Evidence evidence, (long Durable, long Start)? head)
    {
        _directory = directory;
        _options = options;
        _evidence = evidence;
        _head = head;
        _files = DirectoryScan.Tidy(directory, evidence);
        KnownDurable = head?.Durable ?? 0;
    }

    /// <summary>What is in use, by base; all but the last have an end.</summary>
    public List<Segment> Segments { get; } = [];

    /// <summary>Segments that are trimmed or cut off.</summary>
    public List<Segment> Free { get; } = [];

    /// <summary>Files that never were segments, with their sizes.</summary>
    public IReadOnlyList<(string Name, long Bytes)> Blank => _files.Blank;

    public List<SpoolDamage> Damages { get; } = [];

    /// <summary>End of the log.</summary>
    public long End { get; private set; }

    /// <summary>What was durable for certain.</summary>
    public long KnownDurable { get; private set; }

    /// <summary>The base of a new segment is at least this.</summary>
    public long Floor { get; private set; }

    /// <summary>Whether the next frame may go into the last segment.</summary>
    public bool CanContinue { get; private set; }

    public long LastNumber => _files.LastNumber;

    /// <summary>Throws <see cref="IOException"/> only when the directory cannot be listed.</summary>
    public static LogRecovery Run(
        ISpoolDirectory directory, SpoolOptions options, Evidence evidence, (long Durable, long Start)? head)
    {
        var recovery = new LogRecovery(directory, options, evidence, head);
        recovery.ChooseSegments();
        recovery.FindEnds();
        recovery.FindMissing();
        recovery.Settle();
        return recovery;
    }

    private void ChooseSegments()
    {
        Damages.AddRange(_files.Foreign);
        Floor = Math.Max(Math.Max(_head?.Durable ?? 0, _head?.Start ?? 0), _files.MaxCursor);
        var start = _head?.Start ?? _files.Segments.Select(s => s.Header.Start).DefaultIfEmpty().Max();
        for (var i = _files.Segments.Count - 1; i >= 0; i--)
        {
            var segment = _files.Segments[i];
            var later = Segments.Count > 0 ? Segments[0] : null;
            if (Contradicts(segment) || segment.Base == later?.Base)
            {
                Damages.Add(_evidence.Move(segment.FileName, segment.FileBytes));
                continue;
            }

            Floor = Math.Max(Floor, segment.Header.Limit);
            if (segment.Base < start || (later is not null && segment.Base >= later.Header.PreviousEnd))
            {
                Free.Add(segment);
                continue;
            }

            Segments.Insert(0, segment);
        }
    }

    /// <summary>
    /// A segment that claims the log ended before what was durable by then: it comes from elsewhere. Believing it would free
    /// segments that are needed.
    /// </summary>
    private bool Contradicts(Segment segment) =>
        _head is { } head && segment.Header.PreviousEnd < head.Durable && head.Durable <= segment.Base;

    private void FindEnds()
    {
        var first = _options.VerifyOnOpen || _head is null
            ? 0
            : Segments.FindLastIndex(s => s.Base <= _head.Value.Durable);
        for (var i = 0; i < Segments.Count; i++)
        {
            var segment = Segments[i];
            var toldEnd = i + 1 < Segments.Count ? Segments[i + 1].Header.PreviousEnd : -1;
            var isTold = toldEnd >= segment.FirstFrame && toldEnd <= segment.Header.Limit;
            if (i < first && isTold)
            {
                segment.End = toldEnd;
                continue;
            }

            var scan = SegmentScan.Run(_directory, segment, isTold ? toldEnd : -1);
            KnownDurable = Math.Max(KnownDurable, scan.DurableThen);
            _passages.AddRange(scan.Damages.Select(d => new Passage(SpoolDamageKind.Gap, segment, d.From, d.To)));
            _lastEnd = scan.End;
            if (i + 1 < Segments.Count)
            {
                segment.End = isTold ? toldEnd : scan.End;
            }
        }
    }

    private void FindMissing()
    {
        var expected = _head?.Start ?? -1;
        foreach (var segment in Segments)
        {
            var previousEnd = segment.Header.PreviousEnd;
            if (expected >= 0 && previousEnd > expected && segment.Base != expected)
            {
                _passages.Add(new Passage(SpoolDamageKind.MissingSegment, null, expected, previousEnd));
            }

            expected = segment.End;
        }

        _passages.Sort(static (a, b) => a.From.CompareTo(b.From));
    }

    private void Settle()
    {
        // Of a gap over the boundary nothing is left that could become durable; what follows it is kept.
        KnownDurable = _passages.Where(p => p.From < KnownDurable && p.To <= _lastEnd)
            .Select(p => p.To).Append(KnownDurable).Max();
        var cut = _passages.FindIndex(p => p.From >= KnownDurable);
        if (cut >= 0)
        {
            CutAt(_passages[cut]);
            _passages.RemoveRange(cut, _passages.Count - cut);
            _lastEnd = Segments.Count > 0 ? Segments[^1].End : 0;
        }

        var clean = cut < 0 && (_passages.Count == 0 || _passages[^1].To <= _lastEnd);
        End = Math.Max(Segments.Count > 0 ? _lastEnd : _head?.Start ?? 0, KnownDurable);
        Damages.AddRange(_passages.Select(Report));
        NoteMissingEnd();
        CanContinue = clean && Segments.Count > 0 && End == _lastEnd && Segments[^1] is var last
            && last.FileBytes == last.Header.SegmentBytes && End >= Math.Max(_files.MaxCursor, _head?.Start ?? 0);
        if (!CanContinue && Segments.Count > 0)
        {
            Segments[^1].End = Math.Min(End, Segments[^1].Header.Limit);
        }

        Floor = Math.Max(Floor, End);
    }

    /// <summary>Sets aside the rest of the segment and all later ones.</summary>
    private void CutAt(Passage passage)
    {
        var from = passage.From;
        var keep = Segments.FindLastIndex(s => s.FirstFrame <= from);
        for (var i = Math.Max(keep, 0); i < Segments.Count; i++)
        {
            var segment = Segments[i];
            var rest = Math.Max(from, segment.FirstFrame);
            var end = _passages.Where(p => p.Segment == segment).Select(p => p.To).DefaultIfEmpty(0).Max();
            end = Math.Max(end, i + 1 < Segments.Count ? segment.End : _lastEnd);
            if (end > rest)
            {
                Damages.Add(_evidence.Copy(SpoolDamageKind.Tail, segment, rest, end));
            }
        }

        for (var i = Segments.Count - 1; i > keep; i--)
        {
            Free.Add(Segments[i]);
            Segments.RemoveAt(i);
        }

        if (keep >= 0)
        {
            Segments[keep].End = from;
        }
    }

    /// <summary>What was durable beyond the last frame: the segments that held it are gone, or it does not verify.</summary>
    private void NoteMissingEnd()
    {
        var reported = _passages.Count > 0 ? _passages[^1].To : 0;
        var from = Math.Max(Segments.Count > 0 ? _lastEnd : _head?.Start ?? 0, reported);
        if (from < KnownDurable)
        {
            Damages.Add(_evidence.Note(SpoolDamageKind.MissingSegment, from, KnownDurable));
        }
    }

    private SpoolDamage Report(Passage passage) => passage.Segment is { } segment
        ? _evidence.Copy(passage.Kind, segment, passage.From, passage.To)
        : _evidence.Note(passage.Kind, passage.From, passage.To);

    private readonly record struct Passage(SpoolDamageKind Kind, Segment? Segment, long From, long To);
}
