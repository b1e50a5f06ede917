using Telemetry.Protos.V1;
using Telemetry.Shipping.Critical;
using Telemetry.Shipping.Diagnostics;
using Telemetry.Shipping.Lanes;
using Telemetry.Shipping.Streams;
using Telemetry.Wire;
using Lane = Telemetry.Wire.Lane;

namespace Telemetry.Shipper.Files;

/// <summary>
/// Collects records of files into a batch and writes its plan into the lane's log, as far ahead of the acknowledgements as the
/// window allows. The tailer's thread only, but for <see cref="Minted"/>.
/// </summary>
internal sealed class PlanWriter(
    TailerOptions options, LaneLog log, CriticalRecorder critical, Log diagnostics, TimeProvider time)
{
    private static readonly TimeSpan WriteRetry = TimeSpan.FromSeconds(1);

    private readonly BatchBuilder _builder = new(options.BatchBytes);
    private readonly List<KeyValuePair<LifetimeId, Loss>> _losses = [];
    private readonly HashSet<StreamState> _touched = [];
    private long _minted;
    private long _committedAt = time.GetTimestamp();
    private long _retryWriteAt;

    /// <summary>Records in plans that were written. Any thread.</summary>
    public long Minted => Volatile.Read(ref _minted);

    public bool IsEmpty => _builder.IsEmpty;

    /// <summary>True when what was collected is enough, or has waited long enough.</summary>
    public bool IsDue =>
        !_builder.IsEmpty && (_builder.IsFull || time.GetElapsedTime(_committedAt) >= options.BatchWait);

    /// <summary>
    /// Adds the record that begins where the file is read to, and moves that on. False when it has to wait for acknowledgements
    /// or the disk.
    /// </summary>
    public bool TryAdd(
        TailedStream stream, TailedFile file, long nowUnixUs, long length, ReadOnlySpan<byte> content, ulong truncated, bool open)
    {
        var state = file.State;
        var target = state.Offset < file.FormerUntil && stream.Former is { } former ? former : stream.State;
        if ((_builder.IsFull || !_builder.Takes(target.Lifetime)) && !Commit())
        {
            return false;
        }

        if (_builder.IsEmpty
            && (log.UnacknowledgedPlans >= options.MaxPlans || log.BodyBytes >= options.MaxBodyBytes))
        {
            return false;
        }

        if (_builder.RunStream != target)
        {
            _touched.Add(target);
        }

        var seq = target.NextSeq;
        _builder.AddFileLine(target, state, nowUnixUs, state.Offset, length, content, truncated, open);
        if (truncated != 0)
        {
            _losses.Add(new(target.Lifetime, TruncationOf(target, seq, truncated, state.Path)));
        }

        state.Offset += length;
        state.Open = open;
        file.LongLineSearchedTo = 0;
        return true;
    }

    private Loss TruncationOf(StreamState stream, ulong seq, ulong bytes, string path) => new()
    {
        StreamId = stream.Id.Value,
        Epoch = stream.Epoch.Value,
        FirstSeq = seq,
        Bytes = bytes,
        Reason = LossReason.LineTooLong,
        Detail = $"A line of {path} has {bytes + (ulong)options.Scan.MaxRecordBytes} bytes; "
            + $"the first {options.Scan.MaxRecordBytes} are kept.",
    };

    /// <summary>Writes the plan of what was collected and hands it to the sender. False when the log does not take it now.</summary>
    public bool Commit()
    {
        if (_builder.IsEmpty)
        {
            return true;
        }

        if (_retryWriteAt != 0 && time.GetElapsedTime(_retryWriteAt) < WriteRetry)
        {
            return false;
        }

        RecordLosses();
        var message = log.Pool.Rent();
        var header = _builder.Pack(Lane.Bulk, message);
        if (!log.TryAppendPlan(_builder.ToPlan(header, options.Scan.MaxRecordBytes), message))
        {
            log.Pool.Return(message);
            NoteWriteFailure();
            return false;
        }

        _retryWriteAt = 0;
        _committedAt = time.GetTimestamp();
        _builder.Clear();
        Interlocked.Add(ref _minted, header.RecordCount);
        foreach (var stream in _touched)
        {
            stream.Publish();
        }

        _touched.Clear();
        return true;
    }

    /// <summary>
    /// Before the plan: a kill between the two repeats a loss, in the same words because the same numbers are given again;
    /// the other way round it would be forgotten.
    /// </summary>
    private void RecordLosses()
    {
        foreach (var (lifetime, loss) in _losses)
        {
            critical.Record(lifetime, loss);
        }

        _losses.Clear();
    }

    /// <summary>Waits a moment before the next try, and says so.</summary>
    public void NoteWriteFailure()
    {
        _retryWriteAt = time.GetTimestamp();
        diagnostics.Repeating(LogLevel.Warn, "plan",
            $"Reading of files waits, because the data directory cannot be written ({log.LastError}). Nothing is lost while the files stay.");
    }
}
