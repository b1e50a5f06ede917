using Telemetry.Spool;
using Telemetry.Wire;

namespace Telemetry.Bus.SegmentLog;

/// <summary>
/// The log of one lane as its writer has it. Appends in flight share a flush. Safe for concurrent use.
/// </summary>
internal sealed class LaneLog : IDisposable
{
    private static readonly TimeSpan RetentionInterval = TimeSpan.FromSeconds(10);

    private readonly ISpoolDirectory _directory;
    private readonly Lane _lane;
    private readonly SegmentLogOptions _options;
    private readonly TimeProvider _time;
    private readonly SpoolLog _log;
    private readonly ITimer _retention;
    private readonly Lock _gate = new();
    private readonly long _segmentBytes;
    private long _lastBusUnixUs;

    public LaneLog(ISpoolDirectory directory, Lane lane, SegmentLogOptions options, TimeProvider time)
    {
        (_directory, _lane, _options, _time) = (directory, lane, options, time);
        var segmentBytes = _segmentBytes = lane == Lane.Critical ? options.CriticalSegmentBytes : options.BulkSegmentBytes;
        var spool = new SpoolOptions
        {
            SegmentBytes = segmentBytes,
            MaxBytes = Math.Max(options.KeepBytes, 4 * segmentBytes),
            // Reading 10 GiB before the first line is taken would be a long start; readers verify what they read.
            VerifyOnOpen = false,
            OnDamage = damage => Report(damage),
        };
        _log = SpoolLog.Open(directory, spool, time, out var recovery);
        foreach (var damage in recovery.Damages.Where(d => !d.Known))
        {
            Report(damage);
        }

        _lastBusUnixUs = _log.TryReadLast(out var last) && BusEntryFormat.TryRead(last, out var stamp, out _)
            ? stamp.BusUnixUs : 0;
        _retention = time.CreateTimer(_ => Trim(), null, TimeSpan.Zero, RetentionInterval);
    }

    public async ValueTask<BusPosition> AppendAsync(BusStamp stamp, ReadOnlyMemory<byte> body, CancellationToken cancel)
    {
        cancel.ThrowIfCancellationRequested();
        var position = Append(stamp, body.Span);
        return await _log.FlushAsync(position)
            ? new BusPosition(position.Value)
            : throw new IOException($"The {Name} lane of the bus could not be flushed: {_log.LastError?.Message ?? "closed"}");
    }

    public LaneReader OpenReader(BusPosition from, out long skipped)
    {
        var position = new SpoolPosition(from.Value);
        skipped = from.Value == 0 ? 0 : _log.BytesTrimmedAfter(position);
        return new LaneReader(_log.OpenReader(position, durableOnly: true));
    }

    public void Dispose()
    {
        _retention.Dispose();
        _log.Dispose();
    }

    private string Name => _lane == Lane.Critical ? "critical" : "bulk";

    private SpoolPosition Append(BusStamp stamp, ReadOnlySpan<byte> body)
    {
        Span<byte> head = stackalloc byte[BusEntryFormat.MaxStampBytes];
        lock (_gate)
        {
            // Bus time decides partitions and lateness downstream, so a clock that is set back must not lead it back.
            stamp = stamp with { BusUnixUs = Math.Max(stamp.BusUnixUs, _lastBusUnixUs) };
            var size = BusEntryFormat.WriteStamp(head, stamp);
            var result = _log.TryAppend(head[..size], body, out var position);
            if (result != AppendResult.Ok)
            {
                throw new IOException(Refusal(result));
            }

            _lastBusUnixUs = stamp.BusUnixUs;
            return position;
        }
    }

    private string Refusal(AppendResult result) => result switch
    {
        AppendResult.Full => $"The {Name} lane of the bus is full: the disk is, or {_log.UsedBytes} bytes are not indexed yet.",
        AppendResult.TooLarge => $"The batch is larger than a segment of the {Name} lane of the bus.",
        _ => $"The {Name} lane of the bus could not be written: {_log.LastError?.Message ?? "closed"}",
    };

    /// <summary>Gives back segments that are indexed and either old or more than the lane may keep.</summary>
    private void Trim()
    {
        var segments = _log.Segments;
        var indexed = SegmentLogBus.Indexed(_directory);
        var oldest = _time.GetUtcNow() - _options.Keep;
        var keepBytes = _options.KeepBytes - (2 * _segmentBytes);
        var used = segments.Sum(s => s.Bytes);
        for (var i = 0; i + 1 < segments.Count; i++)
        {
            var end = segments[i + 1].Start;
            if (end.Value > indexed.Value || (segments[i + 1].Since > oldest && used <= keepBytes))
            {
                return;
            }

            used -= segments[i].Bytes;
            _log.Trim(end);
        }
    }

    private void Report(SpoolDamage damage) => _options.OnDamage?.Invoke(
        $"The {Name} lane of the bus has {damage.Kind} of {damage.Bytes} bytes at {damage.From.Value}; evidence: "
        + (damage.Evidence.Length > 0 ? Path.Combine(_directory.Path, damage.Evidence) : "none"));
}
