using System.Collections.Concurrent;
using Serilog.Sinks.Grpc.Buffering;
using Telemetry.Protos.V1;
using Telemetry.Shipping;
using Telemetry.Shipping.Diagnostics;
using Telemetry.Shipping.Lanes;
using Telemetry.Shipping.Sending;
using Telemetry.Shipping.Spools;
using Telemetry.Shipping.Streams;
using Telemetry.Wire;
using DiagnosticLog = Telemetry.Shipping.Diagnostics.Log;

namespace Serilog.Sinks.Grpc.Sending;

/// <summary>
/// Takes encoded events from the buffer into the bulk lane's log, on a thread of its own, and ships them from there. While the log is
/// full it waits, so that the buffer fills and drops, which is where drops are counted.
/// </summary>
internal sealed class SinkPump
{
    /// <summary>While events come they are taken this often: a wake-up would cost the thread that logs more than the event does.</summary>
    private static readonly TimeSpan Nap = TimeSpan.FromMilliseconds(10);

    /// <summary>Who waits for an acknowledgement looks at least this often: another that waits may have been woken instead.</summary>
    private static readonly TimeSpan AckLook = TimeSpan.FromMilliseconds(5);

    private static readonly TimeSpan IdleAfter = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan IdleWait = TimeSpan.FromMinutes(1);

    private readonly EventBuffer _buffer;
    private readonly ProcessSpool _spool;
    private readonly DiagnosticLog _log;
    private readonly StreamState _stream;
    private readonly LineBatcher _batcher;
    private readonly CancellationTokenSource _stop = new();
    private readonly ConcurrentQueue<TaskCompletionSource> _flushes = new();
    private readonly Thread _thread;
    private readonly TimeProvider _time;
    private readonly long _inherited;
    private long _toldDropped;
    private volatile bool _isEnding;

    /// <summary>Opens the logs and begins to ship.</summary>
    /// <exception cref="IOException">The buffer's directory cannot be used.</exception>
    public SinkPump(EventBuffer buffer, BatchedGrpcSinkOptions options, ApplicationIdentity identity, TimeProvider time, Random random)
    {
        (_buffer, _time) = (buffer, time);
        _log = new DiagnosticLog(new SelfLogWriter(), LogLevel.Warn, time);
        _spool = OpenSpool(options, identity, time, random);
        var lanes = _spool.Lanes;
        _inherited = lanes.Bulk.BufferedRecords;
        lanes.Recorder.Start();
        lanes.Recorder.Write(RecordKind.WorkloadStart, new WorkloadStart { Workload = identity.Workload, Pid = Environment.ProcessId });
        _stream = StreamOpener.Open(
            lanes.Bulk, identity.Context, StreamKind.Application, identity.Workload.Id, identity.Workload.Name, time, random);
        lanes.NamedStreams = [_stream];
        var batching = new BatcherOptions { BatchBytes = options.BatchBytesLimit, BatchWait = options.BufferingTimeLimit };
        _batcher = new LineBatcher(batching, lanes.Bulk, lanes.Recorder, identity.Context, [_stream], _log, time, _stop.Token);
        lanes.Start(flushBulk: true);
        _thread = new Thread(Run) { IsBackground = true, Name = "Serilog.Sinks.Grpc" };
        _thread.Start();
    }

    /// <summary>Events that are acknowledged, and that the gateway refused.</summary>
    public (long Acknowledged, long Rejected) Settled
    {
        get
        {
            var rejected = _spool.Lanes.Recorder.Losses.TryGetValue(LossReason.Rejected, out var count) ? count.Records : 0;
            return (Math.Max(0, _spool.Lanes.Bulk.SettledRecords - _inherited) - rejected, rejected);
        }
    }

    /// <summary>True when events outlive the process.</summary>
    public bool IsDurable => !_spool.IsInMemory;

    /// <summary>Everything that was added before is durable, in the buffer's directory or acknowledged. Completes at the end as well.</summary>
    public Task MakeDurableAsync()
    {
        var request = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        _flushes.Enqueue(request);
        _buffer.Added.Set();
        return request.Task;
    }

    /// <summary>Ships what is there, for so long at most, and ends. True when everything is acknowledged.</summary>
    public async Task<bool> EndAsync(TimeSpan atMost)
    {
        var begun = _time.GetTimestamp();
        using var late = new CancellationTokenSource(atMost, _time);
        await using var giveUp = late.Token.Register(_stop.Cancel);
        _isEnding = true;
        _buffer.Added.Set();
        await Task.Run(_thread.Join, CancellationToken.None);
        _spool.Lanes.Recorder.Closed(_stream, "logger closed");
        var isDrained = await _spool.Lanes.DrainAsync(atMost - _time.GetElapsedTime(begun), late.Token);
        await _spool.DisposeAsync();
        while (_flushes.TryDequeue(out var request))
        {
            request.TrySetResult();
        }

        return isDrained;
    }

    private ProcessSpool OpenSpool(BatchedGrpcSinkOptions options, ApplicationIdentity identity, TimeProvider time, Random random)
    {
        var lanes = new LaneOptions
        {
            Gateway = new GatewayOptions
            {
                Addresses = [new Uri(options.EffectiveEndpoint)],
                Token = options.Token is { } token ? () => token : null,
                CaFile = options.CaFile,
                ConnectTimeout = options.CallTimeout,
            },
            Sender = new SenderOptions { AckTimeout = options.CallTimeout },
            SpoolBytes = options.BufferSizeLimit,
        };
        LanePair Open(string? path) =>
            LanePair.Open(path, lanes, NoPlans.Instance, identity.Context, identity.Workload.Id, _log, time, random);
        return options.BufferPath is { } folder
            ? ProcessSpool.Open(folder, identity.Workload.Name, Open)
            : ProcessSpool.OpenInMemory(Open);
    }

    private void Run()
    {
        var lastEvent = _time.GetTimestamp();
        while (!_stop.IsCancellationRequested)
        {
            var isEnding = _isEnding;
            try
            {
                lastEvent = Drain() ? _time.GetTimestamp() : lastEvent;
                _batcher.FlushIfDue();
                Serve();
                TellDrops();
            }
#pragma warning disable CA1031 // The loop goes on; what failed is said.
            catch (Exception e)
#pragma warning restore CA1031
            {
                _log.Fault("Shipping events", e);
            }

            if (isEnding)
            {
                break;
            }

            _buffer.Wait(_time.GetElapsedTime(lastEvent) < IdleAfter ? Nap : IdleWait, isIdle: _time.GetElapsedTime(lastEvent) >= IdleAfter);
        }

        _batcher.Flush();
    }

    private bool Drain()
    {
        var any = false;
        while (_buffer.Take() is { } chunk)
        {
            any = true;
            var at = 0;
            while (chunk.TryRead(ref at, out var line, out var dropped))
            {
                if (dropped > 0)
                {
                    _batcher.Skip(_stream, (ulong)dropped, LossReason.SpoolFull, "The application's queue was full.");
                }
                else
                {
                    _batcher.Add(_stream, line, 0);
                }
            }

            _buffer.Return(chunk);
        }

        return any;
    }

    private void Serve()
    {
        if (_flushes.IsEmpty)
        {
            return;
        }

        var waiting = new List<TaskCompletionSource>();
        while (_flushes.TryDequeue(out var request))
        {
            waiting.Add(request);
        }

        // What was added before its request was taken by the turn that found it, or is taken now.
        Drain();
        _batcher.Flush();
        _ = CompleteAsync(waiting);
    }

    private async Task CompleteAsync(List<TaskCompletionSource> waiting)
    {
        var log = _spool.Lanes.Bulk;
        var taken = log.TakenRecords;
        if (!IsDurable || !await _spool.Lanes.FlushAsync())
        {
            while (log.SettledRecords < taken && !_stop.IsCancellationRequested)
            {
                await log.Acknowledgement.WaitAsync(AckLook, CancellationToken.None);
            }
        }

        waiting.ForEach(request => request.TrySetResult());
    }

    private void TellDrops()
    {
        var dropped = _buffer.Counts.Dropped;
        if (dropped > _toldDropped)
        {
            _toldDropped = dropped;
            _log.Repeating(LogLevel.Error, "dropped", $"{dropped} events were dropped so far: the queue is full.");
        }
    }
}
