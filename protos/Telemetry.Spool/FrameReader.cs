namespace Telemetry.Spool;

/// <summary>
/// Walks the frames of a source in order. What was trimmed or is damaged is skipped and counted; a file that cannot be opened
/// for the moment stops it until the next call. Not thread-safe.
/// </summary>
internal sealed class FrameReader(ISegmentSource source, long from, bool durableOnly) : IDisposable
{
    private readonly FileWindow _window = new();
    private Segment? _segment;
    private long _position = from;
    private long _exhausted;

    public long Position => _position;

    public bool DurableOnly => durableOnly;

    public long SkippedBytes { get; private set; }

    /// <summary>Whether there is more than the last <see cref="TryRead"/> that found nothing could see.</summary>
    public bool HasNews => source.Limit(durableOnly) > Math.Max(_position, _exhausted);

    public bool TryRead(out SpoolFrame frame)
    {
        while (true)
        {
            // Before the segment's end: a limit beyond it is published after it.
            var limit = source.Limit(durableOnly);
            if (_position >= limit || !TryEnter(limit))
            {
                _exhausted = limit;
                frame = default;
                return false;
            }

            var end = _segment!.EndWithin(limit);
            if (_position >= end)
            {
                continue;
            }

            var state = Frames.Read(_window, _segment.Header, _position, end, out var header, out var payload);
            if (state == FrameState.Whole)
            {
                var next = _position + header.FrameBytes;
                frame = new SpoolFrame(new SpoolPosition(_position), new SpoolPosition(next), payload);
                _position = next;
                return true;
            }

            if (!TryReenter())
            {
                Skip(_segment.EndWithin(limit));
            }
        }
    }

    public void Dispose() => _window.Dispose();

    /// <summary>Makes <see cref="_segment"/> the one with the next frame. False when there is none to be had below the limit.</summary>
    private bool TryEnter(long limit)
    {
        if (_segment is not null && _position >= _segment.FirstFrame && _position < _segment.EndWithin(long.MaxValue))
        {
            return true;
        }

        var segment = source.Find(_position, refresh: false);
        if (segment is null || segment.FirstFrame >= limit)
        {
            return false;
        }

        return TryOpen(segment);
    }

    /// <summary>
    /// What was read does not verify: perhaps the file was recycled, or was cached before it was. True when the segment
    /// turned out to be another one; false when it is this one and damaged.
    /// </summary>
    private bool TryReenter()
    {
        var before = _segment!;
        var segment = source.Find(_position, refresh: true);
        if (segment is null || segment == before)
        {
            return false;
        }

        var same = segment.Header == before.Header && segment.FileName == before.FileName && segment.End == before.End;
        return TryOpen(segment) && !same;
    }

    private bool TryOpen(Segment segment)
    {
        try
        {
            _window.Attach(source.Directory.Open(segment.FileName, writable: false));
        }
        catch (FileNotFoundException) when (segment.End != Segment.Open)
        {
            _window.Dispose();
        }
        catch (IOException)
        {
            _segment = null;
            return false;
        }

        if (_position < segment.Header.PreviousEnd)
        {
            SkippedBytes += segment.Header.PreviousEnd - _position;
        }

        _segment = segment;
        _position = Math.Max(_position, segment.FirstFrame);
        return true;
    }

    private void Skip(long end)
    {
        if (end <= _position)
        {
            return;
        }

        _window.Forget();
        var next = Frames.FindNext(_window, _segment!.Header, _position, end, out _);
        next = next < 0 ? end : next;
        SkippedBytes += next - _position;
        source.ReportGap(_segment, _position, next);
        _position = next;
    }
}
