using System.Collections.Concurrent;
using Serilog.Sinks.Grpc.Buffering;
using Telemetry.Protos.V1;
using Telemetry.Shipping.Lanes;

namespace Serilog.Sinks.Grpc.Sending;

/// <summary>
/// Takes encoded events from the buffer into the bulk lane's log, on a thread of its own, and ships them from there. While the log is
/// full it waits, so that the buffer fills and drops, which is where drops are counted.
/// </summary>
internal sealed class SinkPump
{
    /// <summary>While events come they are taken this often: a wake-up would cost the thread that logs more than the event does.</summary>
    private static readonly TimeSpan Nap = TimeSpan.FromMilliseconds(10);

    private static readonly TimeSpan IdleAtLeastAfter = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan IdleWait = TimeSpan.FromMinutes(1);

    private readonly EventBuffer _buffer;
    private readonly SinkLanes _lanes;
    private readonly LineBatcher _batcher;
    private readonly CancellationTokenSource _stop = new();
    private readonly ConcurrentQueue<TaskCompletionSource> _flushes = new();
    private readonly Thread _thread;
    private readonly TimeProvider _time;
    private readonly TimeSpan _idleAfter;
    private volatile bool _isEnding;

    /// <summary>Begins to ship.</summary>
    public SinkPump(EventBuffer buffer, SinkLanes lanes, BatchedGrpcSinkOptions options, TimeProvider time)
    {
        (_buffer, _lanes, _time) = (buffer, lanes, time);

        // Nobody who sleeps long sends a batch that waits to fill.
        _idleAfter = IdleAtLeastAfter + options.BufferingTimeLimit;
        var batching = new BatcherOptions
        {
            BatchBytes = options.BatchBytesLimit,
            BatchRecords = options.BatchSizeLimit,
            BatchWait = options.BufferingTimeLimit,
            Compresses = options.Compression != BatchCompression.None,
        };
        _batcher = new LineBatcher(
            batching, lanes.Bulk, lanes.Pair.Recorder, lanes.Identity.Context, [lanes.Stream], lanes.Log, time, _stop.Token);
        lanes.Pair.Start(flushBulk: true);
        _thread = new Thread(Run) { IsBackground = true, Name = "Serilog.Sinks.Grpc" };
        _thread.Start();
    }

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
        var isDrained = await _lanes.EndAsync(atMost - _time.GetElapsedTime(begun), late.Token);
        while (_flushes.TryDequeue(out var request))
        {
            request.TrySetResult();
        }

        return isDrained;
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
            }
#pragma warning disable CA1031 // The loop goes on; what failed is said.
            catch (Exception e)
#pragma warning restore CA1031
            {
                _lanes.Log.Fault("Shipping events", e);
            }

            if (isEnding)
            {
                break;
            }

            var isIdle = _time.GetElapsedTime(lastEvent) >= _idleAfter;
            _buffer.Wait(isIdle ? IdleWait : Nap, isIdle);
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
                    _batcher.Skip(_lanes.Stream, (ulong)dropped, LossReason.SpoolFull, "The application's queue was full.");
                }
                else
                {
                    _batcher.Add(_lanes.Stream, line, 0);
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
        var (bulk, critical) = (_lanes.Bulk.TakenRecords, _lanes.Pair.Critical.TakenRecords);
        if (!_lanes.IsDurable || !await _lanes.Pair.FlushAsync())
        {
            // What says whose events they are comes on the critical lane.
            await SinkLanes.SettledAsync(_lanes.Bulk, bulk, _stop.Token);
            await SinkLanes.SettledAsync(_lanes.Pair.Critical, critical, _stop.Token);
        }

        waiting.ForEach(request => request.TrySetResult());
    }
}
