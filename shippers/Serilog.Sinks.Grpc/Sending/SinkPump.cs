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

    /// <summary>A disk that is well has answered by then; shipping does not wait longer for one that is not.</summary>
    private static readonly TimeSpan HeadStart = TimeSpan.FromMilliseconds(5);

    private static readonly TimeSpan IdleAtLeastAfter = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan IdleWait = TimeSpan.FromMinutes(1);

    private readonly Lock _turn = new();
    private readonly EventBuffer _buffer;
    private readonly SinkLanes _lanes;
    private readonly LineBatcher _batcher;
    private readonly CancellationTokenSource _stop = new();
    private readonly ConcurrentQueue<TaskCompletionSource> _flushes = new();
    private readonly Thread _thread;
    private readonly TimeProvider _time;
    private readonly TimeSpan _idleAfter;
    private volatile bool _isEnding;

    /// <summary>What is being drained, and how far; under the turn.</summary>
    private EventChunk? _chunk;
    private int _chunkAt;

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

    /// <summary>The same on a thread that has to wait; false after the time.</summary>
    public bool MakeDurable(TimeSpan atMost)
    {
        var begun = _time.GetTimestamp();
        return TryMakeDurable(atMost) || MakeDurableAsync().Wait(Left(atMost, begun));
    }

    /// <summary>The same where that takes nothing but the disk: no room to be waited for, no acknowledgement.</summary>
    public bool TryMakeDurable(TimeSpan atMost)
    {
        var begun = _time.GetTimestamp();
        Task<bool> critical, bulk;
        _lanes.Bulk.Hold();
        try
        {
            if (!TryBegin(atMost, out critical, out bulk))
            {
                return false;
            }

            Task.WaitAll([critical, bulk], HeadStart);
        }
        finally
        {
            _lanes.Bulk.Release();
        }

        return Task.WaitAll([critical, bulk], Left(atMost, begun)) && critical.Result && bulk.Result;
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

    private TimeSpan Left(TimeSpan atMost, long begun) =>
        atMost - _time.GetElapsedTime(begun) is var left && left > TimeSpan.Zero ? left : TimeSpan.Zero;

    private void Run()
    {
        var lastEvent = _time.GetTimestamp();
        var hasRoom = true;
        while (!_stop.IsCancellationRequested || !hasRoom)
        {
            var isEnding = _isEnding;
            try
            {
                hasRoom = TakeTurn(ref lastEvent);
            }
#pragma warning disable CA1031 // The loop goes on; what failed is said.
            catch (Exception e)
#pragma warning restore CA1031
            {
                hasRoom = true;
                _lanes.Log.Fault("Shipping events", e);
            }

            if (!hasRoom)
            {
                _batcher.WaitForRoom();
                continue;
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

    /// <summary>False when the log has no room: that is waited for without the turn, which another thread may want.</summary>
    private bool TakeTurn(ref long lastEvent)
    {
        lock (_turn)
        {
            var hasRoom = TryDrain(out var any);
            lastEvent = any ? _time.GetTimestamp() : lastEvent;
            return hasRoom && _batcher.FlushIfDue() && TryServe();
        }
    }

    /// <summary>
    /// Puts what is buffered by now into batches, however fast more of it comes; false when the log has no room for some of it.
    /// </summary>
    private bool TryDrain(out bool any)
    {
        any = false;
        var left = _buffer.Counts.Held;
        while (left >= 0 && (_chunk ??= _buffer.Take()) is { } chunk)
        {
            any = true;
            for (var at = _chunkAt; chunk.TryRead(ref at, out var line, out var dropped); _chunkAt = at)
            {
                if (dropped > 0)
                {
                    _batcher.Skip(_lanes.Stream, (ulong)dropped, LossReason.SpoolFull, "The application's queue was full.");
                }
                else if (!_batcher.TryAdd(_lanes.Stream, line, 0))
                {
                    return false;
                }
            }

            left -= chunk.Count;
            (_chunk, _chunkAt) = (null, 0);
            _buffer.Return(chunk);
        }

        return true;
    }

    /// <summary>
    /// The pump's turn on the thread that waits: three threads less that have to be woken one after another. False when there is no disk, or
    /// the log has no room.
    /// </summary>
    private bool TryBegin(TimeSpan atMost, out Task<bool> critical, out Task<bool> bulk)
    {
        critical = bulk = Task.FromResult(false);
        if (!_lanes.IsDurable || !_turn.TryEnter(atMost))
        {
            return false;
        }

        try
        {
            if (_isEnding || !TryDrain(out _) || !_batcher.TryFlush())
            {
                return false;
            }
        }
        finally
        {
            _turn.Exit();
        }

        // What says whose events they are comes on the critical lane.
        (critical, bulk) = (_lanes.Pair.Critical.FlushAsync().AsTask(), _lanes.Bulk.FlushAsync().AsTask());
        return true;
    }

    private bool TryServe()
    {
        if (_flushes.IsEmpty)
        {
            return true;
        }

        var waiting = new List<TaskCompletionSource>();
        while (_flushes.TryDequeue(out var request))
        {
            waiting.Add(request);
        }

        // What was added before its request was taken by the turn that found it, or is taken now.
        if (TryDrain(out _) && _batcher.TryFlush())
        {
            _ = CompleteAsync(waiting);
            return true;
        }

        waiting.ForEach(_flushes.Enqueue);
        return false;
    }

    private async Task CompleteAsync(List<TaskCompletionSource> waiting)
    {
        var (bulk, critical) = (_lanes.Bulk.TakenRecords, _lanes.Pair.Critical.TakenRecords);
        if (!_lanes.IsDurable || !await _lanes.Pair.FlushAsync())
        {
            await SinkLanes.SettledAsync(_lanes.Bulk, bulk, _stop.Token);
            await SinkLanes.SettledAsync(_lanes.Pair.Critical, critical, _stop.Token);
        }

        waiting.ForEach(request => request.TrySetResult());
    }
}
