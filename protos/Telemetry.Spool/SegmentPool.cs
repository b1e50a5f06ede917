namespace Telemetry.Spool;

/// <summary>
/// Spare segment files: recycled ones, and new ones zero-written ahead of need, so that a commit into any of them changes data
/// only. Bounds the number of files, spare and in use. Safe for concurrent use.
/// </summary>
internal sealed class SegmentPool
{
    private const int ZeroBlock = 64 << 10;
    private static readonly TimeSpan RetryAfterFailure = TimeSpan.FromMilliseconds(100);

    private readonly ISpoolDirectory _directory;
    private readonly SpoolOptions _options;
    private readonly TimeProvider _time;
    private readonly Lock _spareGate = new();
    private readonly Lock _createGate = new();
    private readonly Stack<SpareSegment> _spare = new();
    private int _files;
    private long _lastNumber;
    private long _failedAt;
    private IOException? _failure;

    /// <param name="directory">Where the files are.</param>
    /// <param name="options">Size and bounds.</param>
    /// <param name="time">For the pause after a failure.</param>
    /// <param name="files">Files there are, in use or not.</param>
    /// <param name="lastNumber">Greatest number in a file name there.</param>
    public SegmentPool(ISpoolDirectory directory, SpoolOptions options, TimeProvider time, int files, long lastNumber)
    {
        _directory = directory;
        _options = options;
        _time = time;
        _files = files;
        _lastNumber = lastNumber;
    }

    /// <summary>Takes a spare segment; creates one, or waits for one being created, when there is none.</summary>
    public AppendResult TryTake(out SpareSegment spare, out IOException? error)
    {
        error = null;
        if (TryPop(out spare))
        {
            return AppendResult.Ok;
        }

        lock (_createGate)
        {
            if (TryPop(out spare))
            {
                return AppendResult.Ok;
            }

            var result = TryCreate(out spare, out error);
            return result;
        }
    }

    /// <summary>Creates a spare segment when there is none and the bounds allow it. A failure is kept for who needs one.</summary>
    public void Prepare()
    {
        lock (_createGate)
        {
            lock (_spareGate)
            {
                if (_spare.Count > 0)
                {
                    return;
                }
            }

            if (TryCreate(out var spare, out _) == AppendResult.Ok)
            {
                Push(spare);
            }
        }
    }

    /// <summary>Takes back a file of the log, or drops it when there are spare ones enough or its size is another.</summary>
    public void Recycle(string name, long bytes)
    {
        lock (_spareGate)
        {
            if (bytes == _options.SegmentBytes && _spare.Count < _options.SpareSegments && _files <= _options.MaxSegments)
            {
                _spare.Push(new SpareSegment(name, Recycled: true));
                return;
            }
        }

        Drop(name);
    }

    /// <summary>Deletes a file of the log.</summary>
    public void Drop(string name)
    {
        try
        {
            _directory.Delete(name);
            Interlocked.Decrement(ref _files);
        }
        catch (IOException)
        {
            // It still counts, and the next opening finds it unused.
        }
    }

    private bool TryPop(out SpareSegment spare)
    {
        lock (_spareGate)
        {
            return _spare.TryPop(out spare);
        }
    }

    private void Push(SpareSegment spare)
    {
        lock (_spareGate)
        {
            _spare.Push(spare);
        }
    }

    private AppendResult TryCreate(out SpareSegment spare, out IOException? error)
    {
        spare = default;
        error = null;
        if (Volatile.Read(ref _files) >= _options.MaxSegments)
        {
            return AppendResult.Full;
        }

        if (_failure is not null && _time.GetElapsedTime(_failedAt) < RetryAfterFailure)
        {
            error = _failure;
            return ResultOf(_failure);
        }

        try
        {
            spare = new SpareSegment(Create(), Recycled: false);
            _failure = null;
            Interlocked.Increment(ref _files);
            return AppendResult.Ok;
        }
        catch (IOException e)
        {
            _failedAt = _time.GetTimestamp();
            _failure = error = e;
            return ResultOf(e);
        }
    }

    private static AppendResult ResultOf(IOException e) =>
        e is SpoolDiskFullException ? AppendResult.Full : AppendResult.Failed;

    private string Create()
    {
        var number = ++_lastNumber;
        var unfinished = $"{number:x8}{SpoolFormat.UnfinishedSuffix}";
        var name = $"{number:x8}{SpoolFormat.SegmentSuffix}";
        try
        {
            using (var file = _directory.Create(unfinished))
            {
                WriteZeros(file);
                file.Flush();
            }

            _directory.Rename(unfinished, name);
            _directory.Flush();
            return name;
        }
        catch (IOException)
        {
            TryDelete(unfinished);
            TryDelete(name);
            throw;
        }
    }

    private void WriteZeros(ISpoolFile file)
    {
        var zeros = new byte[Math.Min(ZeroBlock, _options.SegmentBytes)];
        for (var offset = 0L; offset < _options.SegmentBytes; offset += zeros.Length)
        {
            file.Write(zeros.AsSpan(0, (int)Math.Min(zeros.Length, _options.SegmentBytes - offset)), offset);
        }
    }

    private void TryDelete(string name)
    {
        try
        {
            _directory.Delete(name);
        }
        catch (IOException)
        {
            // Unfinished files are deleted, blank ones reused at the next opening.
        }
    }
}

/// <summary>A file ready to become a segment.</summary>
internal readonly record struct SpareSegment(string FileName, bool Recycled);
