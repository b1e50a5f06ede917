using System.Collections.Concurrent;
using Serilog.Core;
using Serilog.Debugging;
using Serilog.Events;
using Serilog.Sinks.Grpc.Buffering;
using Serilog.Sinks.Grpc.Clef;
using Serilog.Sinks.Grpc.Diagnostics;
using Serilog.Sinks.Grpc.Sending;
using Telemetry.Protos.V1;
using Telemetry.Shipping.Diagnostics;
using Telemetry.Shipping.Lanes;
using Telemetry.Shipping.Sending;
using DiagnosticLog = Telemetry.Shipping.Diagnostics.Log;

namespace Serilog.Sinks.Grpc;

/// <summary>
/// Ships each event by itself and waits until it is durable in the bus: <see cref="Emit"/> throws when it is not. Any thread; events of
/// several threads are on their way at a time.
/// </summary>
internal sealed class GrpcAuditSink : ILogEventSink, IDisposable
{
    /// <summary>A gateway that is back is found within the time that a caller has.</summary>
    private static readonly TimeSpan MaxBackoff = TimeSpan.FromMilliseconds(500);

    private readonly Lock _gate = new();
    private readonly GrpcSinkOptions _options;
    private readonly TimeProvider _time;
    private readonly EventFormat _format;
    private readonly ConcurrentDictionary<ulong, string> _waiting = new();
    private readonly CancellationTokenSource _stop = new();
    private readonly SinkAccounting _accounting;
    private SinkLanes _lanes = null!;
    private LineBatcher _batcher = null!;
    private SinkMeter _meter = null!;
    private BufferCounts _counts;
    private bool _isEnded;

    /// <summary>Begins to connect.</summary>
    public GrpcAuditSink(GrpcSinkOptions options, Func<string, string?> variable, TimeProvider time, Random random)
    {
        (_options, _time) = (options, time);
        _format = EventFormat.Of(options);
        _accounting = new SinkAccounting(Counts, () => _lanes.Counts);
        OwnWork.Run(() => Begin(ApplicationIdentity.Find(options, variable), random));
    }

    /// <summary>Returns when the event is durable.</summary>
    /// <exception cref="GrpcSinkException">It is not, within <see cref="GrpcSinkOptions.CallTimeout"/>, or it was refused.</exception>
    public void Emit(LogEvent logEvent)
    {
        if (OwnWork.IsHere)
        {
            return;
        }

        var begun = _time.GetTimestamp();
        var writer = new ClefWriter(_format);
        var line = writer.Write(logEvent);
        if (writer.Problem is { } problem)
        {
            throw new GrpcSinkException(problem);
        }

        var (seq, taken) = Add(line);
        try
        {
            var isSettled = _waiting[seq].Length > 0
                || SinkLanes.WaitSettled(_lanes.Bulk, taken, _options.CallTimeout - _time.GetElapsedTime(begun), _time, _stop.Token);
            if (_waiting[seq] is { Length: > 0 } reason)
            {
                throw new GrpcSinkException(reason);
            }

            if (!isSettled)
            {
                throw new GrpcSinkException($"The event was not acknowledged within {_options.CallTimeout}. {_lanes.Pair.BulkSender.Problem}".TrimEnd());
            }
        }
        finally
        {
            _waiting.TryRemove(seq, out _);
        }
    }

    /// <summary>Ends within <see cref="GrpcSinkOptions.CallTimeout"/>. Does not throw.</summary>
    public void Dispose()
    {
        lock (_gate)
        {
            if (_isEnded)
            {
                return;
            }

            _isEnded = true;
        }

        _stop.Cancel();
        OwnWork.Run(() => Task.Run(EndAsync).Wait(_options.CallTimeout));
    }

    private void Begin(ApplicationIdentity identity, Random random)
    {
        var log = new DiagnosticLog(new SelfLogWriter(), LogLevel.Warn, _time);
        var sender = new SenderOptions { AckTimeout = _options.CallTimeout, MaxBackoff = MaxBackoff };
        _lanes = SinkLanes.Open(_options, sender, identity, log, _time, random);
        _lanes.Pair.Recorder.Recorded += NoteLost;
        var batching = new BatcherOptions { ShedWhenFull = true, Compresses = _options.Compression != BatchCompression.None };
        _batcher = new LineBatcher(batching, _lanes.Bulk, _lanes.Pair.Recorder, identity.Context, [_lanes.Stream], log, _time, _stop.Token);
        _lanes.Pair.Start(flushBulk: true);
        _meter = new SinkMeter(_accounting, identity.Workload.Name);
        _options.Diagnostics.Add(_accounting);
    }

    private async Task EndAsync()
    {
        try
        {
            await _lanes.EndAsync(_options.CallTimeout - (_options.CallTimeout / 10), CancellationToken.None).ConfigureAwait(false);
            _accounting.End(isKept: false);
            _meter.Dispose();
        }
#pragma warning disable CA1031 // Ending never throws into the application.
        catch (Exception e)
#pragma warning restore CA1031
        {
            SelfLog.WriteLine("Serilog.Sinks.Grpc did not end in order: {0}", e);
        }
    }

    /// <summary>The event's number in its stream, and how many records the log has with it.</summary>
    private (ulong Seq, long Taken) Add(ReadOnlySpan<byte> line)
    {
        lock (_gate)
        {
            if (_isEnded)
            {
                throw new GrpcSinkException("The audit log has ended.");
            }

            var seq = _lanes.Stream.NextSeq;
            _waiting[seq] = "";
            _counts = _counts with { Emitted = _counts.Emitted + 1, EmittedBytes = _counts.EmittedBytes + line.Length };
            _batcher.Add(_lanes.Stream, line, 0);
            _batcher.Flush();
            return (seq, _lanes.Bulk.TakenRecords);
        }
    }

    private BufferCounts Counts()
    {
        lock (_gate)
        {
            return _counts;
        }
    }

    /// <summary>What is shed is noted by the thread that adds; what is refused by the one that hears of it.</summary>
    private void NoteLost(Loss loss)
    {
        if (loss.StreamId != _lanes.Stream.Id.Value)
        {
            return;
        }

        if (loss.Reason == LossReason.SpoolFull)
        {
            _counts = _counts with { DroppedFull = _counts.DroppedFull + (long)loss.Count };
        }

        for (var seq = loss.FirstSeq; seq < loss.FirstSeq + loss.Count; seq++)
        {
            _waiting.TryUpdate(seq, $"The event was not taken: {loss.Detail}", "");
        }
    }
}
