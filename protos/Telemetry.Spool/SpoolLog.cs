using Telemetry.Wire;

namespace Telemetry.Spool;

/// <summary>
/// A crash-safe log of frames in one directory: appended by one writer, read by any number of readers, trimmed from the
/// front. Format and recovery rules: <c>SpoolFormat.cs</c>. Safe for concurrent use.
/// <para>This file is one state machine, so it is long: append, flush, repair after a failed flush, trim. The lock guards all
/// fields; <c>_end</c> and <c>_durable</c> are also read without it. The flush worker alone moves <c>_durable</c>.</para>
/// </summary>
public sealed class SpoolLog : IDisposable, ISegmentSource
{
    private const int StagingBytes = 64 << 10;
    private const int MaxLostRanges = 64;

    private readonly ISpoolDirectory _directory;
    private readonly SpoolOptions _options;
    private readonly TimeProvider _time;
    private readonly IDisposable _processLock;
    private readonly HeadFile _head;
    private readonly Evidence _evidence;
    private readonly SegmentPool _pool;
    private readonly Recycler _recycler;
    private readonly ISpoolWorker _flusher;
    private readonly ISpoolWorker _keeper;

    private readonly Lock _gate = new();
    private readonly byte[] _staging = new byte[StagingBytes];
    private readonly List<(long From, long To)> _lost = [];
    private Segment[] _segments;
    private Segment? _active;
    private long _writeAt;
    private long _end;
    private long _durable;
    private long _floor;
    private long _trimTo;
    private long _sealedBytes;
    private long _failedFlushes;
    private bool _inDoubt;
    private bool _entriesAreDurable;
    private bool _disposed;
    private TaskCompletionSource<bool>? _round;
    private TaskCompletionSource<bool>? _nextRound;
    private TaskCompletionSource? _appended;
    private TaskCompletionSource? _hardened;

    private SpoolLog(
        ISpoolDirectory directory,
        SpoolOptions options,
        TimeProvider time,
        IDisposable processLock,
        HeadFile head,
        Evidence evidence,
        LogRecovery found)
    {
        _directory = directory;
        _options = options;
        _time = time;
        _processLock = processLock;
        _head = head;
        _evidence = evidence;
        _segments = [.. found.Segments];
        _end = _writeAt = found.End;
        _durable = Math.Min(found.KnownDurable, found.End);
        _floor = found.Floor;
        _sealedBytes = _segments.Sum(s => s.FileBytes);
        _pool = new SegmentPool(
            directory, options, time, _segments.Length + found.Free.Count + found.Blank.Count, found.LastNumber);
        _recycler = new Recycler(head, _pool);
        if (found.CanContinue)
        {
            Continue(_segments[^1]);
        }

        // What was written and perhaps not flushed before this start is written and flushed again: that it can be read
        // does not say that it is on the disk.
        _inDoubt = _durable < _end;
        _flusher = options.Workers.StartUrgent("spool flush", FlushRound, OnFault);
        _keeper = options.Workers.StartRelaxed("spool keep", Keep, OnFault);
    }

    /// <summary>Position of the first frame it can give.</summary>
    public SpoolPosition Start
    {
        get
        {
            var segments = Volatile.Read(ref _segments);
            return new SpoolPosition(segments.Length > 0 ? segments[0].FirstFrame : Volatile.Read(ref _end));
        }
    }

    /// <summary>End of what is written.</summary>
    public SpoolPosition End => new(Volatile.Read(ref _end));

    /// <summary>End of what is durable.</summary>
    public SpoolPosition Durable => new(Volatile.Read(ref _durable));

    /// <summary>What the log takes: whole segments, and of the last one what is written; bytes.</summary>
    public long UsedBytes
    {
        get
        {
            lock (_gate)
            {
                return UsedWith(_active);
            }
        }
    }

    /// <summary>Flushes that failed since the log was opened.</summary>
    public long FailedFlushes => Volatile.Read(ref _failedFlushes);

    /// <summary>What the disk said last when something failed; null when nothing did.</summary>
    public IOException? LastError { get; private set; }

    /// <summary>The segments in use, oldest first.</summary>
    public IReadOnlyList<SpoolSegment> Segments
    {
        get
        {
            var end = Volatile.Read(ref _end);
            return Array.ConvertAll(Volatile.Read(ref _segments), s => new SpoolSegment(
                new SpoolPosition(s.Base),
                new SpoolPosition(s.EndWithin(Math.Max(end, s.FirstFrame))),
                s.FileBytes,
                DateTimeOffset.UnixEpoch.AddMicroseconds(s.Header.ActivatedUnixUs)));
        }
    }

    ISpoolDirectory ISegmentSource.Directory => _directory;

    /// <summary>
    /// Opens the log of a directory, whatever state it is in, and takes the lock. Blocks while it reads what was not known
    /// to be durable, or everything (<see cref="SpoolOptions.VerifyOnOpen"/>).
    /// </summary>
    /// <param name="directory">The directory; created when absent.</param>
    /// <param name="options">How the log is kept.</param>
    /// <param name="time">For names of evidence, the age of segments, and waiting.</param>
    /// <param name="recovery">What was found; what is lost is for the caller to declare.</param>
    /// <exception cref="SpoolUnavailableException">The directory cannot be used, or another writer has it.</exception>
    /// <exception cref="ArgumentException">The options contradict themselves.</exception>
    public static SpoolLog Open(
        ISpoolDirectory directory, SpoolOptions options, TimeProvider time, out SpoolRecovery recovery)
    {
        ArgumentNullException.ThrowIfNull(directory);
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(time);
        options.Validate();
        IDisposable? processLock = null;
        try
        {
            directory.Prepare();
            processLock = directory.TryLock(SpoolFormat.LockFile)
                ?? throw new SpoolUnavailableException($"The spool '{directory.Path}' is in use by another process.");
            var head = new HeadFile(directory);
            var evidence = new Evidence(directory, time, options.MaxDamagedBytes);
            var found = LogRecovery.Run(directory, options, evidence, head.Load());
            var log = new SpoolLog(directory, options, time, processLock, head, evidence, found);
            log.Begin(found);
            recovery = new SpoolRecovery(log.Start, log.End, [.. found.Damages.OrderBy(d => d.From)]);
            return log;
        }
        catch (IOException e) when (e is not SpoolUnavailableException)
        {
            processLock?.Dispose();
            throw new SpoolUnavailableException($"The spool '{directory.Path}' cannot be used: {e.Message}", e);
        }
    }

    /// <summary>
    /// Appends one frame. It is in the hands of the system when this returns <see cref="AppendResult.Ok"/>: it survives SIGKILL,
    /// and a power cut only after <see cref="FlushAsync"/>. Does not throw or allocate; blocks for the write, at the end of a
    /// segment also for a new one if none is at hand.
    /// </summary>
    /// <param name="payload">The bytes; may be empty.</param>
    /// <param name="position">Where it is; 0 unless Ok.</param>
    /// <param name="fromReserve">Whether it may use <see cref="SpoolOptions.ReserveBytes"/>.</param>
    public AppendResult TryAppend(ReadOnlySpan<byte> payload, out SpoolPosition position, bool fromReserve = false) =>
        TryAppend(payload, default, out position, fromReserve);

    /// <summary>Appends one frame from two pieces; else the same.</summary>
    public AppendResult TryAppend(
        ReadOnlySpan<byte> head, ReadOnlySpan<byte> body, out SpoolPosition position, bool fromReserve = false)
    {
        position = default;
        var length = (long)head.Length + body.Length;
        var frameBytes = SpoolFormat.FrameBytes(length);
        if (frameBytes > _options.SegmentBytes - SpoolFormat.SegmentHeaderBytes)
        {
            return AppendResult.TooLarge;
        }

        var payloadCrc = Crc32C.Append(Crc32C.Compute(head), body);
        lock (_gate)
        {
            var result = _disposed ? AppendResult.Failed : MakeRoom(frameBytes, fromReserve);
            if (result != AppendResult.Ok)
            {
                return result;
            }

            try
            {
                var header = FrameHeader.Seal(_active!.Header.Crc, _writeAt, (int)length, _durable, payloadCrc);
                WriteFrame(header, head, body, frameBytes);
            }
            catch (IOException e)
            {
                return ResultOf(e);
            }

            position = new SpoolPosition(_writeAt);
            _writeAt += frameBytes;
            Volatile.Write(ref _end, _writeAt);
            Wake(ref _appended);
            return AppendResult.Ok;
        }
    }

    /// <summary>
    /// True when all that was appended at or before a position is durable; many waiters share one flush. False when the flush
    /// failed or the log is disposed: it is then unknown whether the frame survives a crash. Asking again tries again, and
    /// true then still means durable. A frame that a failed flush lost stays false for ever, and
    /// <see cref="SpoolOptions.OnDamage"/> is told before any later frame becomes durable. Does not throw.
    /// </summary>
    public ValueTask<bool> FlushAsync(SpoolPosition upTo)
    {
        lock (_gate)
        {
            if (IsLost(upTo.Value))
            {
                return new ValueTask<bool>(false);
            }

            if (_durable >= Math.Min(upTo.Value + 1, _end))
            {
                return new ValueTask<bool>(true);
            }

            if (_disposed)
            {
                return new ValueTask<bool>(false);
            }

            _nextRound ??= new TaskCompletionSource<bool>(TaskCreationOptions.RunContinuationsAsynchronously);
            _flusher.Signal();
            return new ValueTask<bool>(_nextRound.Task);
        }
    }

    /// <summary>
    /// Opens a reader. Where <paramref name="from"/> was trimmed or never was, it begins at the next frame after it.
    /// </summary>
    public SpoolReader OpenReader(SpoolPosition from, bool durableOnly) => new(this, from, durableOnly);

    /// <summary>
    /// Nothing before a position is needed any more: segments wholly before it, and durable, are given back in the background.
    /// The caller's own note of the position has to be durable first. Does not block or throw.
    /// </summary>
    public void Trim(SpoolPosition before)
    {
        lock (_gate)
        {
            _trimTo = Math.Max(_trimTo, before.Value);
            ApplyTrim();
        }
    }

    /// <summary>Bytes of frames and headers that a reader at a position has before it.</summary>
    public long BytesAfter(SpoolPosition position, bool durableOnly)
    {
        var limit = durableOnly ? Volatile.Read(ref _durable) : Volatile.Read(ref _end);
        return SegmentTable.BytesBetween(Volatile.Read(ref _segments), position.Value, limit);
    }

    /// <summary>Bytes between a position and the first frame that are not there any more; at most, where it cannot be told.</summary>
    public long BytesTrimmedAfter(SpoolPosition position) =>
        SegmentTable.BytesMissingAfter(Volatile.Read(ref _segments), position.Value, Volatile.Read(ref _end));

    /// <summary>A copy of the last frame's payload. False when there is none, or it does not verify.</summary>
    public bool TryReadLast(out byte[] payload)
    {
        var end = Volatile.Read(ref _end);
        payload = [];
        var segment = Volatile.Read(ref _segments).LastOrDefault(s => s.EndWithin(end) > s.FirstFrame);
        return segment is not null && SegmentTable.TryReadLast(_directory, segment, segment.EndWithin(end), out payload);
    }

    /// <summary>Flushes what was appended, if the disk lets it, and gives the lock back. Waiters are answered.</summary>
    public void Dispose()
    {
        lock (_gate)
        {
            if (_disposed)
            {
                return;
            }

            _disposed = true;
        }

        _flusher.Dispose();
        _keeper.Dispose();
        FlushRound();
        _recycler.TryRun(out _);
        lock (_gate)
        {
            Array.ForEach(_segments, Close);
            Wake(ref _appended);
            Wake(ref _hardened);
        }

        _head.Dispose();
        _processLock.Dispose();
    }

    long ISegmentSource.Limit(bool durableOnly) => durableOnly ? Volatile.Read(ref _durable) : Volatile.Read(ref _end);

    Segment? ISegmentSource.Find(long position, bool refresh) =>
        SegmentTable.Find(Volatile.Read(ref _segments), position);

    void ISegmentSource.ReportGap(Segment segment, long from, long to)
    {
        // Trimmed while the reader was in it: no damage. Not durable: the next flush will see to it.
        if (from >= Volatile.Read(ref _durable) || Array.IndexOf(Volatile.Read(ref _segments), segment) < 0)
        {
            return;
        }

        Report(_evidence.Copy(SpoolDamageKind.Gap, segment, from, to));
    }

    /// <summary>Completes when something is appended (or, for a durable reader, flushed) after the call.</summary>
    internal Task NextArrival(bool durableOnly, FrameReader reader)
    {
        lock (_gate)
        {
            if (_disposed || reader.HasNews)
            {
                return Task.CompletedTask;
            }

            ref var arrival = ref durableOnly ? ref _hardened : ref _appended;
            arrival ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            return arrival.Task;
        }
    }

    internal TimeProvider Time => _time;

    private static void Wake(ref TaskCompletionSource? arrival)
    {
        arrival?.TrySetResult();
        arrival = null;
    }

    private void Begin(LogRecovery found)
    {
        foreach (var (name, bytes) in found.Blank)
        {
            _pool.Recycle(name, bytes);
        }

        // Not at once: that the head can be read does not say that what it says of the start is durable.
        _recycler.Add([.. found.Free], FirstBase());

        if (_inDoubt)
        {
            FlushRound();
        }

        WriteHead();
        _keeper.Signal();
    }

    /// <summary>Goes on writing into the last segment; when its file cannot be opened, into a new one.</summary>
    private void Continue(Segment segment)
    {
        try
        {
            segment.File = _directory.Open(segment.FileName, writable: true);
            _active = segment;
            _sealedBytes -= segment.FileBytes;
        }
        catch (IOException e)
        {
            LastError = e;
            segment.End = _end;
        }
    }

    private AppendResult MakeRoom(long frameBytes, bool fromReserve)
    {
        var budget = (long)_options.MaxSegments * _options.SegmentBytes - (fromReserve ? 0 : _options.ReserveBytes);
        if (_active is { } active && _writeAt + frameBytes <= active.Header.Limit)
        {
            return UsedWith(active) + frameBytes <= budget ? AppendResult.Ok : AppendResult.Full;
        }

        var usedBefore = _sealedBytes + (_active?.FileBytes ?? 0);
        return usedBefore + SpoolFormat.SegmentHeaderBytes + frameBytes <= budget ? Rotate() : AppendResult.Full;
    }

    private long UsedWith(Segment? active) => _sealedBytes + (active is null ? 0 : _writeAt - active.Base);

    /// <summary>Takes the next segment into use and closes the last one. The log is as before unless it returns Ok.</summary>
    private AppendResult Rotate()
    {
        var result = _pool.TryTake(out var spare, out var error);
        if (result == AppendResult.Full && _recycler.TryRun(out _))
        {
            // What was trimmed and not given back yet is space too.
            result = _pool.TryTake(out spare, out error);
        }

        if (result != AppendResult.Ok)
        {
            LastError = error ?? LastError;
            return result;
        }

        try
        {
            Activate(spare);
        }
        catch (IOException e)
        {
            // It may hold half a header; what it was before is not needed.
            _pool.Drop(spare.FileName);
            return ResultOf(e);
        }

        _keeper.Signal();
        _flusher.Signal();
        return AppendResult.Ok;
    }

    private void Activate(SpareSegment spare)
    {
        var file = _directory.Open(spare.FileName, writable: true);
        try
        {
            Span<byte> bytes = stackalloc byte[SpoolFormat.SegmentHeaderBytes];
            var newBase = SpoolFormat.AlignUp(Math.Max(_floor, Math.Max(_end, _active?.Header.Limit ?? 0)));
            var header = new SegmentHeader(
                newBase,
                _end,
                _segments.Length > 0 ? _segments[0].Base : newBase,
                (_time.GetUtcNow() - DateTimeOffset.UnixEpoch).Ticks / TimeSpan.TicksPerMicrosecond,
                (int)_options.SegmentBytes,
                spare.Recycled,
                (uint)_options.Random.NextInt64(1L << 32)).Write(bytes);
            file.Write(bytes, 0);
            Adopt(new Segment(spare.FileName, _options.SegmentBytes, header, Segment.Open) { File = file });
        }
        catch (IOException)
        {
            file.Dispose();
            throw;
        }
    }

    private void Adopt(Segment segment)
    {
        if (_active is { } before)
        {
            before.End = _end;
            _sealedBytes += before.FileBytes;
            if (before.End <= _durable)
            {
                Close(before);
            }
        }

        _active = segment;
        Volatile.Write(ref _segments, [.. _segments, segment]);
        _writeAt = segment.FirstFrame;
    }

    private void WriteFrame(in FrameHeader header, ReadOnlySpan<byte> head, ReadOnlySpan<byte> body, long frameBytes)
    {
        var file = _active!.File!;
        var offset = _writeAt - _active.Base;
        if (frameBytes <= _staging.Length)
        {
            var frame = _staging.AsSpan(0, (int)frameBytes);
            header.Write(frame);
            head.CopyTo(frame[SpoolFormat.FrameHeaderBytes..]);
            body.CopyTo(frame[(SpoolFormat.FrameHeaderBytes + head.Length)..]);
            WriteTrailer(frame[(SpoolFormat.FrameHeaderBytes + header.Length)..], header.Length);
            file.Write(frame, offset);
            return;
        }

        // The header last: killed in between, there is no frame rather than a torn one.
        var start = _staging.AsSpan(0, SpoolFormat.FrameHeaderBytes);
        var trailer = _staging.AsSpan(
            SpoolFormat.FrameHeaderBytes, (int)frameBytes - SpoolFormat.FrameHeaderBytes - header.Length);
        header.Write(start);
        WriteTrailer(trailer, header.Length);
        file.Write(trailer, offset + frameBytes - trailer.Length);
        file.Write(body, offset + SpoolFormat.FrameHeaderBytes + head.Length);
        if (head.Length > 0)
        {
            file.Write(head, offset + SpoolFormat.FrameHeaderBytes);
        }

        file.Write(start, offset);
    }

    private static void WriteTrailer(Span<byte> target, int length)
    {
        target.Clear();
        System.Buffers.Binary.BinaryPrimitives.WriteInt32LittleEndian(target[^SpoolFormat.FrameTrailerBytes..], length);
    }

    private AppendResult ResultOf(IOException e)
    {
        LastError = e;
        return e is SpoolDiskFullException ? AppendResult.Full : AppendResult.Failed;
    }

    /// <summary>One group commit. Runs on the flush worker, and on the opening and the disposing thread while that does not run.</summary>
    private void FlushRound()
    {
        TaskCompletionSource<bool>? waiters;
        Segment[] unflushed;
        long end;
        SpoolDamage? lost = null;
        var repaired = true;
        lock (_gate)
        {
            waiters = _round = _nextRound;
            _nextRound = null;
            if (_inDoubt)
            {
                repaired = TryRepair(out lost);
            }

            end = _end;
            unflushed = SegmentTable.EndingAfter(_segments, _durable, end);
        }

        if (lost is not null)
        {
            Report(lost);
        }

        if (repaired && TryFlush(unflushed))
        {
            Accept(end, unflushed);
            waiters?.TrySetResult(true);

            // After those who wait: a write may stand behind a commit of the file system's journal, and holds nothing up.
            WriteHead();
        }
        else
        {
            Fail();
        }
    }

    private bool TryFlush(Segment[] unflushed)
    {
        try
        {
            if (!_entriesAreDurable && unflushed.Length > 0)
            {
                _directory.Flush();
                _entriesAreDurable = true;
            }

            foreach (var segment in unflushed)
            {
                FileOf(segment).Flush();
            }

            return true;
        }
        catch (IOException e)
        {
            LastError = e;
            return false;
        }
    }

    private void Accept(long end, Segment[] flushed)
    {
        lock (_gate)
        {
            foreach (var segment in flushed)
            {
                if (segment != _active && segment.End <= end)
                {
                    Close(segment);
                }
            }

            if (end > _durable)
            {
                Volatile.Write(ref _durable, end);
                Wake(ref _hardened);
            }

            ApplyTrim();
        }
    }

    /// <summary>
    /// Also those who came during the round are refused: their frames may be what the disk lost, and a later round is only
    /// as good as its repair.
    /// </summary>
    private void Fail()
    {
        lock (_gate)
        {
            _inDoubt = true;
            Volatile.Write(ref _failedFlushes, _failedFlushes + 1);
            _round?.TrySetResult(false);
            _nextRound?.TrySetResult(false);
            _round = _nextRound = null;
        }
    }

    /// <summary>A worker came upon something that is no failure of the disk: nothing is known of what it did.</summary>
    private void OnFault(Exception e)
    {
        LastError = new IOException(e.Message, e);
        Fail();
    }

    /// <summary>
    /// After a failed flush the system may have dropped what was written, or call it clean though it is not on the disk
    /// (the fsync error is given once). So it is read back, verified and written again before the next flush. What does not
    /// verify any more is lost: the log ends before it and goes on in a new segment. False when the disk still refuses, or
    /// something was lost, so that who waits for it hears so.
    /// </summary>
    private bool TryRepair(out SpoolDamage? lost)
    {
        lost = null;
        try
        {
            foreach (var segment in SegmentTable.EndingAfter(_segments, _durable, _end))
            {
                var good = Rewriting.Run(
                    _directory, segment, FileOf(segment), Math.Max(_durable, segment.Base), segment.EndWithin(_end));
                if (good < segment.EndWithin(_end))
                {
                    lost = Cut(Math.Max(good, _durable));
                    return false;
                }
            }

            _inDoubt = false;
            return true;
        }
        catch (IOException e)
        {
            LastError = e;
            return false;
        }
    }

    private ISpoolFile FileOf(Segment segment) =>
        segment.File ??= _directory.Open(segment.FileName, writable: true);

    /// <summary>Ends the log at a position; all after it, never acknowledged, is lost.</summary>
    private SpoolDamage Cut(long position)
    {
        var damage = new SpoolDamage(
            SpoolDamageKind.LostWrites, new(position), new(_end), _end - position, "", Known: false);
        NoteLost(position, _end);
        _floor = Math.Max(_floor, Math.Max(_end, _active?.Header.Limit ?? 0));
        var kept = Array.FindAll(_segments, s => s.FirstFrame <= position);
        var dropped = _segments[kept.Length..];
        foreach (var segment in dropped)
        {
            Close(segment);

            // A reader that is in it leaves it.
            segment.End = segment.Base;
        }


        if (kept.Length > 0)
        {
            kept[^1].End = position;
        }

        _active = null;
        _sealedBytes = kept.Sum(s => s.FileBytes);
        Volatile.Write(ref _segments, kept);
        _writeAt = position;
        Volatile.Write(ref _end, position);
        _recycler.Add(dropped, FirstBase());
        _keeper.Signal();
        return damage;
    }

    private void NoteLost(long from, long to)
    {
        if (_lost.Count == MaxLostRanges)
        {
            // Bounded: the two oldest become one, which refuses more than was lost, never less.
            _lost[1] = (_lost[0].From, _lost[1].To);
            _lost.RemoveAt(0);
        }

        _lost.Add((from, to));
    }

    private bool IsLost(long position)
    {
        foreach (var (from, to) in _lost)
        {
            if (position >= from && position < to)
            {
                return true;
            }
        }

        return false;
    }

    private void ApplyTrim()
    {
        var before = Math.Min(_trimTo, _durable);
        var count = 0;
        while (count < _segments.Length && _segments[count] != _active && _segments[count].End <= before)
        {
            _sealedBytes -= _segments[count].FileBytes;
            count++;
        }

        if (count > 0)
        {
            var trimmed = _segments[..count];
            Array.ForEach(trimmed, Close);
            Volatile.Write(ref _segments, _segments[count..]);
            _recycler.Add(trimmed, FirstBase());
            _keeper.Signal();
        }
    }

    private static void Close(Segment segment)
    {
        segment.File?.Dispose();
        segment.File = null;
    }

    /// <summary>Background: gives back what was trimmed and keeps a spare segment at hand.</summary>
    private void Keep()
    {
        if (!_recycler.TryRun(out var error))
        {
            LastError = error;
        }

        _pool.Prepare();
    }

    /// <summary>Base of the first segment; of one to come when there is none.</summary>
    private long FirstBase() => _segments.Length > 0 ? _segments[0].Base : _end;

    private void WriteHead()
    {
        long durable, start;
        lock (_gate)
        {
            (durable, start) = (_durable, FirstBase());
        }

        if (!_head.TryWrite(durable, start, out var error))
        {
            LastError = error;
        }
    }

    private void Report(SpoolDamage damage)
    {
        if (!damage.Known)
        {
            _options.OnDamage?.Invoke(damage);
        }
    }
}
