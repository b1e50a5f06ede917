using Telemetry.Protos.V1;
using Telemetry.Shipping.Critical;
using Telemetry.Shipping.Diagnostics;
using Telemetry.Shipping.Machine;
using Telemetry.Shipping.Streams;
using Telemetry.Wire;
using Lane = Telemetry.Wire.Lane;

namespace Telemetry.Shipping.Lanes;

/// <summary>
/// Puts lines that cannot be read again, of pipes and applications, into batches and the batches into the log, content and all. Any thread.
/// </summary>
internal sealed class LineBatcher
{
    private static readonly TimeSpan FullRetry = TimeSpan.FromMilliseconds(100);

    private readonly Lock _gate = new();
    private readonly BatcherOptions _options;
    private readonly LaneLog _log;
    private readonly CriticalRecorder _critical;
    private readonly LifetimeContext _context;
    private readonly Log _diagnostics;
    private readonly TimeProvider _time;
    private readonly CancellationToken _stop;
    private readonly BatchBuilder _builder;
    private readonly List<Loss> _losses = [];
    private readonly List<StreamState> _streams;
    private (Telemetry.Wire.BatchHeader Header, BatchMessage Message)? _packed;
    private long _begunAt;

    /// <summary>The streams are those whose lines come here; their numbers are written into the log first.</summary>
    public LineBatcher(BatcherOptions options, LaneLog log, CriticalRecorder critical, LifetimeContext context,
        IReadOnlyList<StreamState> streams, Log diagnostics, TimeProvider time, CancellationToken stop)
    {
        _options = options;
        _log = log;
        _critical = critical;
        _context = context;
        _streams = [.. streams];
        _diagnostics = diagnostics;
        _time = time;
        _stop = stop;
        _builder = new BatchBuilder(Math.Min(options.BatchBytes, log.MaxRawBytes), options.Compresses);
        WriteCheckpoint();
        _critical.Opened([.. _streams.Where(s => !s.Announced)]);
        foreach (var stream in _streams)
        {
            stream.Publish();
        }
    }

    /// <summary>Records minted by this run.</summary>
    public long Minted { get; private set; }

    /// <summary>Adds a line. Blocks while the log is full, unless it sheds.</summary>
    public void Add(StreamState stream, ReadOnlySpan<byte> content, ulong truncated)
    {
        while (!TryAdd(stream, content, truncated))
        {
            WaitForRoom();
        }
    }

    /// <summary>Adds a line; false while a batch before it waits for room in the log.</summary>
    public bool TryAdd(StreamState stream, ReadOnlySpan<byte> content, ulong truncated)
    {
        lock (_gate)
        {
            if (_packed is not null && !TryCommit())
            {
                return false;
            }

            if (_builder.IsEmpty)
            {
                _begunAt = _time.GetTimestamp();
            }

            if (truncated != 0)
            {
                _losses.Add(new Loss
                {
                    StreamId = stream.Id.Value,
                    Epoch = stream.Epoch.Value,
                    FirstSeq = stream.NextSeq,
                    Bytes = truncated,
                    Reason = LossReason.LineTooLong,
                    Detail = $"A line of {stream.Name} has {truncated + (ulong)content.Length} bytes; the first {content.Length} are kept.",
                });
            }

            _builder.AddLine(stream, _time.GetUtcNow().ToUnixMicroseconds(), content, truncated);
            if (_builder.IsFull || _builder.Records >= _options.BatchRecords)
            {
                TryCommit();
            }

            return true;
        }
    }

    /// <summary>Passes over records that were dropped before they came here, and declares them lost.</summary>
    public void Skip(StreamState stream, ulong count, LossReason reason, string detail)
    {
        lock (_gate)
        {
            _losses.Add(new Loss
            {
                StreamId = stream.Id.Value,
                Epoch = stream.Epoch.Value,
                FirstSeq = stream.NextSeq,
                Count = count,
                Reason = reason,
                Detail = detail,
            });
            stream.NextSeq += count;
            Minted += (long)count;
        }
    }

    /// <summary>
    /// Writes what has waited long enough; a loss that no line follows waits for nothing. False while there is no room for it.
    /// </summary>
    public bool FlushIfDue()
    {
        lock (_gate)
        {
            var isDue = _builder.IsEmpty ? _losses.Count > 0 : _time.GetElapsedTime(_begunAt) >= _options.BatchWait;
            return (_packed is null && !isDue) || TryCommit();
        }
    }

    /// <summary>Writes everything. Blocks while the log is full, unless it sheds.</summary>
    public void Flush()
    {
        while (!TryFlush())
        {
            WaitForRoom();
        }
    }

    /// <summary>Writes everything; false while there is no room for it.</summary>
    public bool TryFlush()
    {
        lock (_gate)
        {
            return TryCommit() && TryCommit();
        }
    }

    /// <summary>Until something was acknowledged, or for a moment: what is full may be the disk.</summary>
    public void WaitForRoom() => _log.Acknowledgement.Wait(FullRetry, CancellationToken.None);

    /// <summary>One batch: that which waits for room, or what has come since.</summary>
    private bool TryCommit()
    {
        if (_packed is null && !_builder.IsEmpty)
        {
            var message = _log.Pool.Rent();
            _packed = (_builder.Pack(Lane.Bulk, message), message);
            _builder.Clear();
        }

        if (_packed is { } packed)
        {
            if (!TryAppend(packed.Header, packed.Message))
            {
                return false;
            }

            _packed = null;
            _log.Pool.Return(packed.Message);
            Minted += packed.Header.RecordCount;
        }
        else if (_losses.Count == 0)
        {
            return true;
        }

        foreach (var loss in _losses)
        {
            _critical.Record(_context.Lifetime, loss);
        }

        _losses.Clear();
        foreach (var stream in _streams)
        {
            stream.Publish();
        }

        if (_log.WantsCheckpoint)
        {
            WriteCheckpoint();
        }

        return true;
    }

    /// <summary>False when there is no room; true also when it was shed.</summary>
    private bool TryAppend(Telemetry.Wire.BatchHeader header, BatchMessage message)
    {
        if (_log.TryAppendBatch(header, message, fromReserve: false))
        {
            return true;
        }

        if (_options.ShedWhenFull || _stop.IsCancellationRequested)
        {
            Declare(header);
            return true;
        }

        _diagnostics.Repeating(LogLevel.Warn, "spool full",
            $"The spool takes nothing more ({_log.LastError}): what comes waits for acknowledgements.");
        return false;
    }

    private void Declare(Telemetry.Wire.BatchHeader header)
    {
        _diagnostics.Repeating(LogLevel.Error, "spool shed", $"The spool takes nothing more ({_log.LastError}): records are dropped.");
        foreach (var run in header.Runs)
        {
            _losses.Add(new Loss
            {
                StreamId = run.Stream.Value,
                Epoch = run.Epoch.Value,
                FirstSeq = run.FirstSeq,
                Count = run.Count,
                Reason = LossReason.SpoolFull,
                Detail = "The spool was full.",
            });
        }
    }

    private void WriteCheckpoint() => _log.TryAppendCheckpoint(
        new Checkpoint(true, _context.InstanceId, _context.BootId, _critical.FormerBootIds, _streams));
}
