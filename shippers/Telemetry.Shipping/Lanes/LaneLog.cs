using System.Buffers;
using Telemetry.Spool;
using Telemetry.Wire;

namespace Telemetry.Shipping.Lanes;

/// <summary>
/// The log of one lane: what is to be sent, in order, and the state of its sources. One source of records appends, one sender
/// reads and acknowledges; both may do so at the same time. Format: <see cref="LaneFrame"/>.
/// </summary>
internal sealed class LaneLog : IDisposable
{
    private const string CursorName = "sent";
    private const int MaxBesideBatch = WireLimits.MaxLineBytes + WireLimits.MaxHeaderBytes;

    private readonly Lock _gate = new();
    private readonly SpoolLog _log;
    private readonly SpoolCursor _cursor;
    private readonly int _checkpointEveryBytes;
    private readonly ArrayBufferWriter<byte> _frame = new(4096);
    private readonly Dictionary<SpoolPosition, BatchMessage> _bodies = [];
    private readonly Queue<PendingFrame> _pending = new();

    private SpoolPosition _acknowledged;
    private SpoolPosition _saved;
    private SpoolPosition _fullCheckpoint;
    private long _sinceCheckpoint;
    private long _bodyBytes;
    private int _pendingPlans;
    private long _pendingRecords;
    private long _settledRecords;
    private int _holds;
    private bool _hasHeldBack;

    private LaneLog(Lane lane, SpoolLog log, SpoolCursor cursor, int checkpointEveryBytes, long segmentBytes)
    {
        Lane = lane;
        MaxRawBytes = (int)Math.Min(WireLimits.MaxRawBytes / 2, Math.Max(segmentBytes / 2, segmentBytes - MaxBesideBatch));
        _log = log;
        _cursor = cursor;
        _checkpointEveryBytes = checkpointEveryBytes;
    }

    public Lane Lane { get; }

    /// <summary>Content at which a batch is full: with the line that fills it and its header it fits into a segment, also if it does not compress.</summary>
    public int MaxRawBytes { get; }

    /// <summary>The sources as they were when the log was opened.</summary>
    public LaneState Restored { get; } = new();

    public BatchMessagePool Pool { get; } = new();

    /// <summary>Set when there is something to send; waited for by the sender.</summary>
    public Wakeup Appended { get; } = new();

    /// <summary>Set when something was acknowledged; waited for by the source.</summary>
    public Wakeup Acknowledgement { get; } = new();

    /// <summary>What opening found damaged and was not reported before.</summary>
    public IReadOnlyList<SpoolDamage> Damages { get; private set; } = [];

    /// <summary>All before it is acknowledged.</summary>
    public SpoolPosition Acknowledged
    {
        get
        {
            lock (_gate)
            {
                return _acknowledged;
            }
        }
    }

    /// <summary>True when every record that was appended is acknowledged.</summary>
    public bool IsDrained => BufferedRecords == 0;

    /// <summary>Bytes in the log that are not acknowledged.</summary>
    public long UnacknowledgedBytes => IsDrained ? 0 : _log.BytesAfter(Acknowledged, durableOnly: false);

    /// <summary>Plans that are not acknowledged.</summary>
    public int UnacknowledgedPlans
    {
        get
        {
            lock (_gate)
            {
                return _pendingPlans;
            }
        }
    }

    /// <summary>Batches and plans that are not acknowledged.</summary>
    public int UnacknowledgedFrames
    {
        get
        {
            lock (_gate)
            {
                return _pending.Count;
            }
        }
    }

    /// <summary>Records in frames that are not acknowledged.</summary>
    public long BufferedRecords
    {
        get
        {
            lock (_gate)
            {
                return _pendingRecords;
            }
        }
    }

    /// <summary>Records of all frames so far: when so many are settled, all of them are.</summary>
    public long TakenRecords
    {
        get
        {
            lock (_gate)
            {
                return _settledRecords + _pendingRecords;
            }
        }
    }

    /// <summary>Records acknowledged or refused since the log was opened.</summary>
    public long SettledRecords
    {
        get
        {
            lock (_gate)
            {
                return _settledRecords;
            }
        }
    }

    /// <summary>Minted time of the oldest record that is not acknowledged, microseconds since the Unix epoch; 0 is none.</summary>
    public long OldestUnixUs
    {
        get
        {
            lock (_gate)
            {
                return _pending.TryPeek(out var frame) ? frame.MintedUnixUs : 0;
            }
        }
    }

    /// <summary>Bytes of batches kept for a resend.</summary>
    public long BodyBytes
    {
        get
        {
            lock (_gate)
            {
                return _bodyBytes;
            }
        }
    }

    /// <summary>True when so much was appended since the last full checkpoint that another is due.</summary>
    public bool WantsCheckpoint
    {
        get
        {
            lock (_gate)
            {
                return _sinceCheckpoint >= _checkpointEveryBytes;
            }
        }
    }

    /// <summary>Opens or creates the log and replays it. Damage is set aside by the log and reported, not thrown.</summary>
    /// <exception cref="SpoolUnavailableException">The directory cannot be used, or another process has it.</exception>
    public static LaneLog Open(Lane lane, ISpoolDirectory directory, SpoolOptions options, TimeProvider time)
    {
        var spool = SpoolLog.Open(directory, options, time, out var recovery);
        var cursor = SpoolCursor.Open(directory, CursorName);
        cursor.Reserve();
        var log = new LaneLog(lane, spool, cursor, (int)Math.Max(options.SegmentBytes / 2, 64 << 10), options.SegmentBytes);
        log.Replay(recovery);
        return log;
    }

    /// <summary>Appends a batch with its content. False when the log is full or cannot be written.</summary>
    public bool TryAppendBatch(BatchHeader header, BatchMessage message, bool fromReserve)
    {
        lock (_gate)
        {
            _frame.ResetWrittenCount();
            _frame.Write([(byte)FrameKind.Batch, LaneFrame.Version]);
            _frame.Write(message.Body.Span);
            if (!TryAppendFrame(fromReserve, out var position))
            {
                return false;
            }

            Await(new PendingFrame(position, header.RecordCount, false, header.Runs[0].MintedUnixUs));
            return true;
        }
    }

    /// <summary>
    /// Appends a plan and keeps the batch's bytes until they are acknowledged: on success the message belongs to the log. False
    /// when the log is full or cannot be written.
    /// </summary>
    public bool TryAppendPlan(Plan plan, BatchMessage message)
    {
        lock (_gate)
        {
            _frame.ResetWrittenCount();
            plan.WriteFrame(_frame);
            if (!TryAppendFrame(fromReserve: false, out var position))
            {
                return false;
            }

            Await(new PendingFrame(position, plan.Records, true, plan.Runs[0].Run.MintedUnixUs));
            _bodies.Add(position, message);
            _bodyBytes += message.Body.Length;
            return true;
        }
    }

    /// <summary>Appends state. Uses the reserve: without a checkpoint nothing can be trimmed.</summary>
    public bool TryAppendCheckpoint(Checkpoint checkpoint)
    {
        lock (_gate)
        {
            _frame.ResetWrittenCount();
            checkpoint.WriteFrame(_frame);
            if (!TryAppendFrame(fromReserve: true, out var position))
            {
                return false;
            }

            if (checkpoint.Full)
            {
                _fullCheckpoint = position;
                _sinceCheckpoint = 0;
            }

            return true;
        }
    }

    /// <summary>The bytes kept for the plan at a position; null when there are none.</summary>
    public BatchMessage? FindBody(SpoolPosition position)
    {
        lock (_gate)
        {
            return _bodies.GetValueOrDefault(position);
        }
    }

    /// <summary>A reader of everything from a position on, flushed or not.</summary>
    public SpoolReader OpenReader(SpoolPosition from) => _log.OpenReader(from, durableOnly: false);

    /// <summary>Everything before <paramref name="upTo"/> has arrived. Kept in memory until <see cref="SaveAsync"/>.</summary>
    public void Acknowledge(SpoolPosition upTo)
    {
        lock (_gate)
        {
            if (upTo.CompareTo(_acknowledged) <= 0)
            {
                return;
            }

            _acknowledged = upTo;
            while (_pending.TryPeek(out var frame) && frame.Position.CompareTo(upTo) < 0)
            {
                _pending.Dequeue();
                _pendingPlans -= frame.IsPlan ? 1 : 0;
                _pendingRecords -= frame.Records;
                _settledRecords += frame.Records;
                if (_bodies.Remove(frame.Position, out var message))
                {
                    _bodyBytes -= message.Body.Length;
                    Pool.Return(message);
                }
            }
        }

        Acknowledgement.Set();
    }

    /// <summary>Makes everything appended so far durable. False when the disk refused.</summary>
    public ValueTask<bool> FlushAsync() => _log.FlushAsync(_log.End);

    /// <summary>
    /// Until <see cref="Release"/> the sender is not woken for what is appended: who waits for the disk is served first, where there are
    /// fewer cores than threads that would run.
    /// </summary>
    public void Hold()
    {
        lock (_gate)
        {
            _holds++;
        }
    }

    /// <summary>Ends one <see cref="Hold"/>.</summary>
    public void Release()
    {
        lock (_gate)
        {
            _holds--;
            if (_holds == 0 && _hasHeldBack)
            {
                _hasHeldBack = false;
                Appended.Set();
            }
        }
    }

    /// <summary>What the disk said last.</summary>
    public string LastError => _log.LastError?.Message ?? "The log is full.";

    /// <summary>
    /// Saves the cursor and gives back what is no longer needed. What the cursor points beyond is flushed first: after a power
    /// cut it never points past the log's end. False when the disk refused; nothing is lost then, more is resent.
    /// </summary>
    public async ValueTask<bool> SaveAsync()
    {
        SpoolPosition acknowledged, trim;
        lock (_gate)
        {
            acknowledged = _acknowledged;
            trim = _fullCheckpoint.CompareTo(acknowledged) < 0 ? _fullCheckpoint : acknowledged;
        }

        if (acknowledged.CompareTo(_saved) <= 0)
        {
            return true;
        }

        if (!await _log.FlushAsync(acknowledged) || !_cursor.Save(acknowledged))
        {
            return false;
        }

        _saved = acknowledged;
        _log.Trim(trim);
        return true;
    }

    public void Dispose()
    {
        _log.Dispose();
        _cursor.Dispose();
        Appended.Dispose();
        Acknowledgement.Dispose();
    }

    private bool TryAppendFrame(bool fromReserve, out SpoolPosition position)
    {
        if (_log.TryAppend(_frame.WrittenSpan, out position, fromReserve) != AppendResult.Ok)
        {
            return false;
        }

        _sinceCheckpoint += _frame.WrittenCount;
        if (_holds > 0)
        {
            _hasHeldBack = true;
        }
        else
        {
            Appended.Set();
        }

        return true;
    }

    private void Await(in PendingFrame frame)
    {
        _pending.Enqueue(frame);
        _pendingPlans += frame.IsPlan ? 1 : 0;
        _pendingRecords += frame.Records;
    }

    private void Replay(SpoolRecovery recovery)
    {
        _acknowledged = _saved = _cursor.Position;
        using var reader = _log.OpenReader(_log.Start, durableOnly: false);
        while (reader.TryRead(out var frame))
        {
            Restored.Apply(frame.Payload);
            _sinceCheckpoint += frame.Payload.Length;
            if (frame.Position.CompareTo(_acknowledged) >= 0 && PendingFrame.TryRead(frame, out var pending))
            {
                Await(pending);
            }
        }

        Damages = recovery.Damages.Where(d => !d.Known && d.Kind != SpoolDamageKind.ForeignFile).ToList();
        if (Damages.Count > 0)
        {
            Restored.Distrust();
        }
    }
}
