using Telemetry.Spool;
using Telemetry.Wire;

namespace Telemetry.Bus.SegmentLog;

/// <summary>The writing side of one lane: a log, its bus time and its retention. Safe for concurrent use.</summary>
internal sealed class LaneLog : IDisposable
{
    private readonly Lane _lane;
    private readonly SegmentLogOptions _options;
    private readonly TimeProvider _time;
    private readonly IndexedMark _indexed;
    private readonly Lock _gate = new();
    private readonly byte[] _stamp = new byte[BusEntryFormat.MaxStampBytes];
    private readonly long _maxBytes;
    private readonly ITimer _retention;
    private long _lastBusUnixUs;

    private LaneLog(Lane lane, SpoolLog log, IndexedMark indexed, SegmentLogOptions options, long maxBytes, TimeProvider time)
    {
        _lane = lane;
        Log = log;
        _indexed = indexed;
        _options = options;
        _maxBytes = maxBytes;
        _time = time;
        if (log.TryReadLast(out var last) && BusEntryFormat.TryReadTime(last, out var busUnixUs))
        {
            _lastBusUnixUs = busUnixUs;
        }

        _retention = time.CreateTimer(_ => ApplyRetention(0), null, options.RetentionInterval, options.RetentionInterval);
    }

    public SpoolLog Log { get; }

    /// <summary>Opens the log of a lane; throws <see cref="SpoolUnavailableException"/>.</summary>
    public static LaneLog Open(Lane lane, SegmentLane shared, SegmentLogOptions options, TimeProvider time)
    {
        var maxBytes = lane == Lane.Critical ? options.CriticalMaxBytes : options.BulkMaxBytes;
        var log = SpoolLog.Open(
            shared.Directory,
            new SpoolOptions
            {
                SegmentBytes = options.SegmentBytes,
                MaxBytes = maxBytes,
                VerifyOnOpen = false,
                OnDamage = shared.Tell,
            },
            time,
            out var recovery);
        foreach (var damage in recovery.Damages)
        {
            shared.Tell(damage);
        }

        return new LaneLog(lane, log, shared.Indexed, options, maxBytes, time);
    }

    /// <summary>
    /// Appends and waits until it is durable. Throws <see cref="IOException"/> when it may not be. When a flush fails, all that
    /// was appended and not yet confirmed by then fails too, so that a caller that confirms in order confirms nothing later.
    /// </summary>
    public async ValueTask<BusPosition> AppendAsync(BusStamp stamp, ReadOnlyMemory<byte> body)
    {
        var failuresBefore = Log.FailedFlushes;
        var result = TryAppend(stamp, body.Span, out var position);
        if (result == AppendResult.Full)
        {
            ApplyRetention(BusEntryFormat.MaxStampBytes + body.Length + _options.SegmentBytes);
            result = TryAppend(stamp, body.Span, out position);
        }

        if (result != AppendResult.Ok)
        {
            throw new IOException(Explain(result, body.Length), Log.LastError);
        }

        if (!await Log.FlushAsync(position) || Log.FailedFlushes != failuresBefore)
        {
            throw new IOException($"The {LaneNames.Of(_lane)} lane of the bus could not be made durable.", Log.LastError);
        }

        return new BusPosition(position.Value);
    }

    public void Dispose()
    {
        _retention.Dispose();
        Log.Dispose();
    }

    /// <summary>
    /// Gives back what is indexed and too old, or in the way: segments are trimmed until <paramref name="neededBytes"/>
    /// more fit under the limit.
    /// </summary>
    internal void ApplyRetention(long neededBytes)
    {
        var indexed = _indexed.Read();
        var oldest = _time.GetUtcNow() - _options.Retention;
        var excess = Log.UsedBytes + neededBytes - _maxBytes;
        var segments = Log.Segments;
        SpoolPosition? trimTo = null;
        for (var i = 0; i + 1 < segments.Count && segments[i].End.Value <= indexed.Value; i++)
        {
            // All of a segment is older than the next one's beginning.
            if (segments[i + 1].Since > oldest && excess <= 0)
            {
                break;
            }

            trimTo = segments[i].End;
            excess -= segments[i].Bytes;
        }

        if (trimTo is { } position)
        {
            Log.Trim(position);
        }
    }

    private AppendResult TryAppend(in BusStamp stamp, ReadOnlySpan<byte> body, out SpoolPosition position)
    {
        lock (_gate)
        {
            // The clock may be set back; bus time is not.
            var busUnixUs = Math.Max(stamp.BusUnixUs, _lastBusUnixUs);
            var stampBytes = BusEntryFormat.WriteStamp(_stamp, stamp, busUnixUs);
            var result = Log.TryAppend(_stamp.AsSpan(0, stampBytes), body, out position);
            if (result == AppendResult.Ok)
            {
                _lastBusUnixUs = busUnixUs;
            }

            return result;
        }
    }

    private string Explain(AppendResult result, int bodyBytes) => result switch
    {
        AppendResult.Full when Log.LastError is SpoolDiskFullException =>
            $"The disk of the {LaneNames.Of(_lane)} lane of the bus is full.",
        AppendResult.Full =>
            $"The {LaneNames.Of(_lane)} lane of the bus is full: {Log.UsedBytes} of {_maxBytes} bytes are used and not indexed yet.",
        AppendResult.TooLarge => $"A batch of {bodyBytes} bytes does not fit into a segment of {_options.SegmentBytes} bytes.",
        _ => $"The {LaneNames.Of(_lane)} lane of the bus cannot be written.",
    };
}
