using Microsoft.Win32.SafeHandles;
using Telemetry.Shipper.Text;
using Telemetry.Shipping;
using Telemetry.Shipping.Critical;
using Telemetry.Shipping.Diagnostics;
using Telemetry.Shipping.Files;
using Telemetry.Shipping.Lanes;
using Telemetry.Shipping.Machine;
using Telemetry.Shipping.Streams;

namespace Telemetry.Shipper.Files;

/// <summary>
/// Reads watched files into batches and plans. The files are the buffer: nothing of them is kept in memory between two turns
/// but offsets, and reading goes only as far ahead of the acknowledgements as the window allows. One thread.
/// </summary>
internal sealed class FileTailer : IDisposable
{
    private const int BytesPerTurn = 2 << 20;
    private const int SearchBytesPerTurn = 16 << 20;

    private readonly TailerOptions _options;
    private readonly LaneLog _log;
    private readonly Log _diagnostics;
    private readonly TimeProvider _time;
    private readonly FileSet _files;
    private readonly PlanWriter _plans;
    private readonly StreamLedger _ledger;
    private readonly byte[] _buffer;

    private volatile bool _isIdle;
    private long _scannedAt = -1;
    private long _nowUnixUs;

    public FileTailer(TailerOptions options, LaneLog log, CriticalRecorder critical, LifetimeContext context,
        PlanReader reader, Log diagnostics, TimeProvider time, Random random)
    {
        _options = options;
        _log = log;
        _diagnostics = diagnostics;
        _time = time;
        _files = new FileSet(options, log.Restored, context, critical, diagnostics, time, random);
        _plans = new PlanWriter(options, log, critical, diagnostics, time);
        _ledger = new StreamLedger(_files, _plans, reader, log, critical, context, time);
        _buffer = new byte[options.Scan.MaxRecordBytes + (64 << 10)];
        _ledger.WriteCheckpoint();
        _ledger.AnnounceRestored();
    }

    /// <summary>Records minted by this run. Any thread.</summary>
    public long Minted => _plans.Minted;

    /// <summary>The streams as of the last turn. Any thread.</summary>
    public IReadOnlyList<StreamState> PublishedStreams { get; private set; } = [];

    /// <summary>True when the last turn found all files read to their ends and nothing to write. Any thread.</summary>
    public bool IsIdle => _isIdle;

    /// <summary>True when the last turn waited for acknowledgements or the disk. Tailer thread only.</summary>
    public bool IsBlocked { get; private set; }

    /// <summary>One turn over all files; returns how long to wait before the next. Does not throw for files or disks.</summary>
    public TimeSpan Turn()
    {
        _ledger.TakeAbandoned();
        if (_scannedAt < 0 || _time.GetElapsedTime(_scannedAt) >= _options.ScanEvery)
        {
            _scannedAt = _time.GetTimestamp();
            _files.Scan();
            _ledger.PersistNewEpochs();
            PublishedStreams = [.. _ledger.Streams];
        }

        var wait = _options.PollEvery;
        _isIdle = true;
        IsBlocked = false;
        foreach (var stream in _files.Streams)
        {
            var outcome = stream.IsPersisted ? ReadStream(stream) : ReadOutcome.Waiting;
            IsBlocked |= outcome == ReadOutcome.Blocked;
            wait = outcome == ReadOutcome.More ? TimeSpan.Zero : wait;
        }

        _ledger.PersistNewEpochs();
        if (_plans.IsDue)
        {
            _plans.Commit();
        }

        if (_log.WantsCheckpoint && _plans.Commit())
        {
            _ledger.WriteCheckpoint();
        }

        _isIdle &= _plans.IsEmpty;
        _ledger.SaveSizes();
        return _plans.IsEmpty || wait < _options.BatchWait ? wait : _options.BatchWait;
    }

    /// <summary>Takes what is there without waiting for more, and writes the state. The last call.</summary>
    public void Finish()
    {
        if (_plans.Commit())
        {
            _ledger.WriteCheckpoint();
        }
    }

    public void Dispose() => _files.Dispose();

    private ReadOutcome ReadStream(TailedStream stream)
    {
        for (var i = 0; i < stream.Files.Count;)
        {
            var file = stream.Files[i];
            var outcome = ReadFile(stream, file);
            if (outcome != ReadOutcome.Drained)
            {
                _isIdle = false;
                return outcome;
            }

            if (i < stream.Files.Count && stream.Files[i] == file)
            {
                i += _files.Rest(stream, file) ? 0 : 1;
            }
        }

        _ledger.FinishFormer(stream);
        return ReadOutcome.Drained;
    }

    private ReadOutcome ReadFile(TailedStream stream, TailedFile file)
    {
        if (file.Handle is null && (!file.IsWanted || !_files.TryOpen(stream, file)))
        {
            return ReadOutcome.Drained;
        }

        var size = Look(stream, file);
        if (size == file.State.Offset)
        {
            return ReadOutcome.Drained;
        }

        var pause = PauseOf(file);
        if (file.Exhausted == (size, pause) || !stream.IsPersisted)
        {
            return ReadOutcome.Waiting;
        }

        var turnEnd = file.State.Offset + BytesPerTurn;
        while (file.State.Offset < turnEnd)
        {
            _nowUnixUs = _time.GetUtcNow().ToUnixMicroseconds();
            var read = Fill(file);
            if (read <= 0)
            {
                return Look(stream, file) == file.State.Offset ? ReadOutcome.Drained : ReadOutcome.Waiting;
            }

            var begin = file.State.Offset;
            var isLast = begin + read >= size;
            var outcome = TakeRecords(stream, file, _buffer.AsSpan(0, read), isLast ? pause : SourcePause.None, size, pause);
            if (outcome is ReadOutcome.Blocked or ReadOutcome.More || isLast || file.State.Offset == begin)
            {
                return outcome;
            }
        }

        return ReadOutcome.More;
    }

    /// <summary>Size of the file now. Notices new bytes and new content.</summary>
    private long Look(TailedStream stream, TailedFile file)
    {
        var state = file.State;
        var handle = file.Handle!;
        if (!FileStat.TryGet(handle, out var stat))
        {
            _diagnostics.Repeating(LogLevel.Warn, "stat", $"{state.Path} cannot be looked at and is tried again.");
            return state.Offset;
        }

        // The size alone does not tell: content can be replaced by as much other content.
        var size = stat.Size;
        if (size == state.SeenSize && size >= state.Offset && stat.ModifiedUnixNs == file.ModifiedUnixNs)
        {
            return size;
        }

        if (size < state.Offset || !state.Fingerprint.Matches(handle))
        {
            // Records of the old content are planned before the file's state is reset.
            if (!_plans.Commit())
            {
                return state.Offset;
            }

            _files.Replaced(stream, file, size);
            _ledger.PersistNewEpochs();
        }
        else if (size < state.SeenSize)
        {
            _files.Shrunk(stream, file, size);
        }
        else if (state.Fingerprint.Length < Fingerprint.MaxLength)
        {
            state.Fingerprint = Fingerprint.Read(handle);
        }

        state.SeenSize = size;
        file.ModifiedUnixNs = stat.ModifiedUnixNs;
        file.ChangedAt = _time.GetTimestamp();
        stream.IsDirty = true;
        return size;
    }

    private SourcePause PauseOf(TailedFile file)
    {
        var idle = _time.GetElapsedTime(file.ChangedAt);
        return idle >= _options.LineWait ? SourcePause.End : idle >= _options.GroupWait ? SourcePause.Lines : SourcePause.None;
    }

    private int Fill(TailedFile file)
    {
        var total = 0;
        try
        {
            while (total < _buffer.Length
                && RandomAccess.Read(file.Handle!, _buffer.AsSpan(total), file.State.Offset + total) is > 0 and var read)
            {
                total += read;
            }
        }
        catch (IOException e)
        {
            _diagnostics.Repeating(LogLevel.Warn, "read",
                $"{file.State.Path} cannot be read and is tried again: {e.Message}");
        }

        return total;
    }

    private ReadOutcome TakeRecords(TailedStream stream, TailedFile file, ReadOnlySpan<byte> data, SourcePause pause, long size,
        SourcePause pauseAtEnd)
    {
        if (file.State.Open && !SkipLineEnd(file, ref data, pause))
        {
            return ReadOutcome.Waiting;
        }

        while (!data.IsEmpty)
        {
            var found = RecordScanner.Next(data, pause, _options.Scan, out var record);
            if (found == ScanResult.LongLine)
            {
                return TakeLongLine(stream, file, size, pauseAtEnd);
            }

            if (found == ScanResult.NeedMore)
            {
                file.Exhausted = (size, pause);
                return ReadOutcome.Waiting;
            }

            if (!_plans.TryAdd(stream, file, _nowUnixUs, record.Length, data[..record.Content], (ulong)record.Truncated, record.Open))
            {
                return ReadOutcome.Blocked;
            }

            data = data[record.Length..];
        }

        return ReadOutcome.Drained;
    }

    /// <summary>A line end that comes after its line was taken belongs to that line and makes no record.</summary>
    private static bool SkipLineEnd(TailedFile file, ref ReadOnlySpan<byte> data, SourcePause pause)
    {
        if (data.Length == 1 && data[0] == (byte)'\r' && pause != SourcePause.End)
        {
            return false;
        }

        var skip = data.StartsWith("\r\n"u8) ? 2 : data.StartsWith("\n"u8) ? 1 : 0;
        file.State.Offset += skip;
        file.State.Open = false;
        data = data[skip..];
        return true;
    }

    /// <summary>A line over the limit whose end is not in the buffer: its end is searched for, its bytes are not kept.</summary>
    private ReadOutcome TakeLongLine(TailedStream stream, TailedFile file, long size, SourcePause pause)
    {
        var state = file.State;
        var handle = file.Handle!;
        var at = Math.Max(file.LongLineSearchedTo, state.Offset);
        var turnEnd = at + SearchBytesPerTurn;
        while (at < size && at < turnEnd)
        {
            var read = RandomAccess.Read(handle, _buffer.AsSpan(0, 64 << 10), at);
            if (read <= 0)
            {
                break;
            }

            var feed = _buffer.AsSpan(0, read).IndexOf((byte)'\n');
            if (feed >= 0)
            {
                return AddLongLine(stream, file, at + feed + 1, hasLineEnd: true);
            }

            at += read;
        }

        file.LongLineSearchedTo = at;
        if (at >= size && pause == SourcePause.End)
        {
            return AddLongLine(stream, file, at, hasLineEnd: false);
        }

        return at < size ? ReadOutcome.More : ReadOutcome.Waiting;
    }

    private ReadOutcome AddLongLine(TailedStream stream, TailedFile file, long end, bool hasLineEnd)
    {
        var max = _options.Scan.MaxRecordBytes;
        var length = end - file.State.Offset;
        var lineEnd = hasLineEnd ? LineEndBytes(file.Handle!, end) : 0;
        for (var read = 0; read < max;)
        {
            var n = RandomAccess.Read(file.Handle!, _buffer.AsSpan(read, max - read), file.State.Offset + read);
            if (n <= 0)
            {
                return ReadOutcome.Waiting;
            }

            read += n;
        }

        return _plans.TryAdd(stream, file, _nowUnixUs, length, _buffer.AsSpan(0, max), (ulong)(length - lineEnd - max), !hasLineEnd)
            ? ReadOutcome.More
            : ReadOutcome.Blocked;
    }

    private static int LineEndBytes(SafeFileHandle handle, long end)
    {
        Span<byte> last = stackalloc byte[2];
        return RandomAccess.Read(handle, last, end - 2) == 2 && last[0] == (byte)'\r' ? 2 : 1;
    }
}
