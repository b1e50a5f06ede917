using Telemetry.Protos.V1;
using Telemetry.Shipping.Diagnostics;
using Telemetry.Shipping.Lanes;
using Telemetry.Spool;
using Telemetry.Wire;
using BatchHeader = Telemetry.Wire.BatchHeader;

namespace Telemetry.Shipping.Sending;

/// <summary>
/// One call of one lane, from Welcome to its end: sends what the log holds from the first unacknowledged frame on, and moves
/// the log's position as acknowledgements come. Batch numbers mean nothing outside it. One indivisible protocol machine.
/// </summary>
internal sealed class LaneSession
{
    private static readonly TimeSpan WatchEvery = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan MaxThrottle = TimeSpan.FromMinutes(1);

    private readonly LaneLog _log;
    private readonly ILaneConnection _connection;
    private readonly Welcome _welcome;
    private readonly IPlanReader _plans;
    private readonly ILossRecorder _losses;
    private readonly LevelBoard _levels;
    private readonly SenderOptions _options;
    private readonly Log _diagnostics;
    private readonly TimeProvider _time;

    private readonly Lock _gate = new();
    private readonly Queue<LogEntry> _order = new();
    private readonly List<Shipment> _inFlight = [];
    private readonly Queue<Shipment> _again = new();
    private readonly BatchSplitter _splitter = new();
    private readonly SpoolReader _reader;

    private ulong _lastNumber;
    private long _inFlightBytes;
    private long _progressAt;
    private long _pausedUntil;
    private volatile bool _progressed;
    private volatile bool _caughtUp;
    private string _problem = "";

    public LaneSession(LaneLog log, ILaneConnection connection, Welcome welcome, IPlanReader plans, ILossRecorder losses,
        LevelBoard levels, SenderOptions options, Log diagnostics, TimeProvider time)
    {
        _log = log;
        _connection = connection;
        _welcome = welcome;
        _plans = plans;
        _losses = losses;
        _levels = levels;
        _options = options;
        _diagnostics = diagnostics;
        _time = time;
        _reader = log.OpenReader(log.Acknowledged);
        _progressAt = time.GetTimestamp();
    }

    /// <summary>True when something was acknowledged.</summary>
    public bool Progressed => _progressed;

    /// <summary>True while all that the log holds has been sent.</summary>
    public bool IsCaughtUp => _caughtUp;

    /// <summary>Runs until the call ends, then says why in one sentence. Throws only when cancelled.</summary>
    public async Task<string> RunAsync(CancellationToken stop)
    {
        TakeLevels(_welcome.Levels);
        using var end = CancellationTokenSource.CreateLinkedTokenSource(stop);
        var reading = EndWith(ReadAsync(end.Token), end);
        var writing = EndWith(WriteAsync(end.Token), end);
        var watching = EndWith(WatchAsync(end.Token), end);
        await Task.WhenAll(reading, writing, watching);
        _caughtUp = false;
        _reader.Dispose();
        Release();
        stop.ThrowIfCancellationRequested();
        return _problem.Length > 0 ? _problem : _connection.Problem;
    }

    private static async Task EndWith(Task loop, CancellationTokenSource end)
    {
        try
        {
            await loop;
        }
        catch (OperationCanceledException) when (end.IsCancellationRequested)
        {
            // Another loop of the session has ended.
        }
        finally
        {
            await end.CancelAsync();
        }
    }

    private async Task WriteAsync(CancellationToken end)
    {
        while (true)
        {
            var shipment = TakeAgain() ?? NextFromLog();
            if (shipment is null)
            {
                // Set before the wait and again by every append: an append between the look and the wait is not missed.
                _caughtUp = true;
                await _log.Appended.WaitAsync(WatchEvery, end);
                _caughtUp = false;
                continue;
            }

            if (IsOversized(shipment) && SplitIntoQueue(shipment))
            {
                continue;
            }

            await WaitForWindow(shipment, end);
            Register(shipment);
            if (!await _connection.WriteAsync(shipment.Message.ToRequest(shipment.Number), end))
            {
                return;
            }
        }
    }

    private Shipment? TakeAgain()
    {
        lock (_gate)
        {
            return _again.TryDequeue(out var shipment) ? shipment : null;
        }
    }

    private Shipment? NextFromLog()
    {
        while (_reader.TryRead(out var frame))
        {
            var entry = new LogEntry(frame.Position, frame.Next) { Open = 1 };
            lock (_gate)
            {
                _order.Enqueue(entry);
            }

            if (Load(entry, frame, isRetry: false) is { } shipment)
            {
                return shipment;
            }

            Settle(entry);
        }

        return null;
    }

    /// <summary>The batch of a frame; null when there is nothing to send.</summary>
    private Shipment? Load(LogEntry entry, in SpoolFrame frame, bool isRetry)
    {
        if (!LaneFrame.TryRead(frame.Payload, out var kind, out var content) || kind == FrameKind.Checkpoint)
        {
            return null;
        }

        if (kind == FrameKind.Plan)
        {
            return LoadPlan(entry, content, isRetry);
        }

        var message = _log.Pool.Rent();
        content.Span.CopyTo(message.GetSpan(content.Length));
        message.Advance(content.Length);
        return new Shipment(entry, message, isOwned: true) { IsRetry = isRetry };
    }

    private Shipment? LoadPlan(LogEntry entry, ReadOnlyMemory<byte> content, bool isRetry)
    {
        if (!isRetry && _log.FindBody(entry.Position) is { } kept)
        {
            return new Shipment(entry, kept, isOwned: false);
        }

        if (!Plan.TryRead(content, out var plan))
        {
            return null;
        }

        var message = _log.Pool.Rent();
        if (_plans.TryRead(plan, message, out var problem))
        {
            return new Shipment(entry, message, isOwned: true) { IsRetry = isRetry };
        }

        _log.Pool.Return(message);
        Abandon(plan, problem);
        return null;
    }

    private void Abandon(Plan plan, string problem)
    {
        foreach (var planned in plan.Runs)
        {
            _losses.Record(plan.Lifetime, LossOf(planned.Run, planned.End - planned.Start, LossReason.SourceChanged, problem));
        }

        _plans.Abandon(plan);
    }

    private async Task WaitForWindow(Shipment shipment, CancellationToken end)
    {
        while (true)
        {
            lock (_gate)
            {
                var batches = Math.Min(_options.WindowBatches, (int)Math.Max(_welcome.MaxUnackedBatches, 1));
                var fits = _inFlight.Count == 0
                    || _inFlight.Count < batches && _inFlightBytes + shipment.Message.Body.Length <= _options.WindowBytes;
                if (fits && _time.GetTimestamp() >= _pausedUntil)
                {
                    return;
                }
            }

            await _log.Appended.WaitAsync(TimeSpan.FromMilliseconds(100), end);
        }
    }

    private void Register(Shipment shipment)
    {
        lock (_gate)
        {
            if (_inFlight.Count == 0)
            {
                _progressAt = _time.GetTimestamp();
            }

            shipment.Number = ++_lastNumber;
            _inFlight.Add(shipment);
            _inFlightBytes += shipment.Message.Body.Length;
        }
    }

    private async Task ReadAsync(CancellationToken end)
    {
        while (await _connection.ReadAsync(end) is { } response)
        {
            switch (response.KindCase)
            {
                case ShipResponse.KindOneofCase.Ack:
                    TakeAck(response.Ack.Through);
                    break;
                case ShipResponse.KindOneofCase.Accepted:
                    TakeAccepted(response.Accepted.Through);
                    break;
                case ShipResponse.KindOneofCase.Reject:
                    TakeReject(response.Reject);
                    break;
                case ShipResponse.KindOneofCase.Throttle:
                    TakeThrottle(response.Throttle);
                    break;
                case ShipResponse.KindOneofCase.Levels:
                    TakeLevels(response.Levels);
                    break;
                case ShipResponse.KindOneofCase.Notice:
                    _diagnostics.Warn($"Gateway {_connection.Gateway}: {response.Notice.Text}");
                    break;
            }
        }
    }

    private void TakeAck(ulong through)
    {
        lock (_gate)
        {
            var settled = 0;
            while (settled < _inFlight.Count && _inFlight[settled].Number <= through)
            {
                Leave(_inFlight[settled]);
                _inFlight[settled].Entry.Open--;
                settled++;
            }

            _inFlight.RemoveRange(0, settled);
            if (settled > 0)
            {
                _progressAt = _time.GetTimestamp();
                _progressed = true;
            }
        }

        AdvanceLog();
    }

    private void TakeAccepted(ulong through)
    {
        if (_options.IsAcceptedEnough)
        {
            TakeAck(through);
            return;
        }

        lock (_gate)
        {
            _progressAt = _time.GetTimestamp();
        }
    }

    private void TakeReject(Reject reject)
    {
        Shipment shipment;
        lock (_gate)
        {
            var index = _inFlight.FindIndex(s => s.Number == reject.Batch);
            if (index < 0)
            {
                return;
            }

            shipment = _inFlight[index];
            _inFlight.RemoveAt(index);
            _inFlightBytes -= shipment.Message.Body.Length;
            _progressAt = _time.GetTimestamp();
        }

        if (!RetryRejected(shipment, reject.Reason))
        {
            Refuse(shipment, $"{reject.Reason}: {reject.Detail}");
            AdvanceLog();
        }

        _log.Appended.Set();
    }

    /// <summary>Once: cut in two when too large, read again otherwise.</summary>
    private bool RetryRejected(Shipment shipment, RejectReason reason)
    {
        if (reason == RejectReason.Size)
        {
            return SplitIntoQueue(shipment);
        }

        using var reader = _log.OpenReader(shipment.Entry.Position);
        if (shipment.IsRetry || shipment.Entry.Open != 1 || !reader.TryRead(out var frame)
            || Load(shipment.Entry, frame, isRetry: true) is not { } again)
        {
            return false;
        }

        Return(shipment);
        lock (_gate)
        {
            _again.Enqueue(again);
        }

        return true;
    }

    private bool IsOversized(Shipment shipment) =>
        _welcome.MaxBatchBytes > 0 && shipment.Message.Body.Length + 32 > _welcome.MaxBatchBytes
        || _welcome.MaxRawBytes > 0 && RawSize(shipment.Message) > _welcome.MaxRawBytes;

    private static uint RawSize(BatchMessage message) =>
        BatchBody.TryRead(message.Body, out var body, out _) && BatchHeader.TryRead(body.Header.Span, out var header, out _)
            ? (uint)header.RawSize
            : 0;

    private bool SplitIntoQueue(Shipment shipment)
    {
        var first = _log.Pool.Rent();
        var second = _log.Pool.Rent();
        bool split;
        lock (_splitter)
        {
            split = _splitter.TrySplit(shipment.Message.Body, first, second);
        }

        if (!split)
        {
            _log.Pool.Return(first);
            _log.Pool.Return(second);
            return false;
        }

        Return(shipment);
        lock (_gate)
        {
            shipment.Entry.Open++;
            _again.Enqueue(new Shipment(shipment.Entry, first, isOwned: true));
            _again.Enqueue(new Shipment(shipment.Entry, second, isOwned: true));
        }

        return true;
    }

    private void Refuse(Shipment shipment, string detail)
    {
        if (BatchBody.TryRead(shipment.Message.Body, out var body, out _)
            && BatchHeader.TryRead(body.Header.Span, out var header, out _))
        {
            foreach (var run in header.Runs)
            {
                _losses.Record(header.Lifetime, LossOf(run, 0, LossReason.Rejected, detail));
            }
        }

        _diagnostics.Repeating(LogLevel.Error, "rejected", $"Gateway {_connection.Gateway} rejected a batch of the "
            + $"{_log.Lane} lane and it is lost: {detail}");
        Return(shipment);
        lock (_gate)
        {
            shipment.Entry.Open--;
        }
    }

    private static Loss LossOf(in Telemetry.Wire.Run run, long bytes, LossReason reason, string detail) => new()
    {
        StreamId = run.Stream.Value,
        Epoch = run.Epoch.Value,
        FirstSeq = run.FirstSeq,
        Count = run.Count,
        Bytes = (ulong)Math.Max(0, bytes),
        Reason = reason,
        Detail = detail,
    };

    private void TakeThrottle(Throttle throttle)
    {
        var pause = TimeSpan.FromMilliseconds(throttle.PauseMs);
        pause = pause < MaxThrottle ? pause : MaxThrottle;
        _diagnostics.Repeating(LogLevel.Warn, "throttle",
            $"Gateway {_connection.Gateway} asks for a pause of {pause.TotalSeconds:0.#} s: {throttle.Reason}");
        lock (_gate)
        {
            _pausedUntil = _time.GetTimestamp() + (long)(pause.TotalSeconds * _time.TimestampFrequency);
            _progressAt = _pausedUntil;
        }
    }

    /// <summary>Only the critical lane is told of them: it never waits behind a backlog.</summary>
    private void TakeLevels(Levels? levels)
    {
        if (_log.Lane == Telemetry.Wire.Lane.Critical)
        {
            _levels.Replace(levels);
        }
    }

    private async Task WatchAsync(CancellationToken end)
    {
        while (true)
        {
            await Task.Delay(WatchEvery, _time, end);
            lock (_gate)
            {
                if (_inFlight.Count > 0 && _time.GetElapsedTime(_progressAt) > _options.AckTimeout)
                {
                    _problem = $"no acknowledgement for {_options.AckTimeout.TotalSeconds:0.#} s";
                    return;
                }
            }
        }
    }

    private void Settle(LogEntry entry)
    {
        lock (_gate)
        {
            entry.Open--;
        }

        AdvanceLog();
    }

    private void AdvanceLog()
    {
        SpoolPosition? upTo = null;
        lock (_gate)
        {
            while (_order.TryPeek(out var entry) && entry.Open == 0)
            {
                _order.Dequeue();
                upTo = entry.Next;
            }
        }

        if (upTo is { } position)
        {
            _log.Acknowledge(position);
        }

        _log.Appended.Set();
    }

    private void Leave(Shipment shipment)
    {
        _inFlightBytes -= shipment.Message.Body.Length;
        Return(shipment);
    }

    private void Return(Shipment shipment)
    {
        if (shipment.IsOwned)
        {
            _log.Pool.Return(shipment.Message);
        }
    }

    private void Release()
    {
        lock (_gate)
        {
            foreach (var shipment in _inFlight.Concat(_again))
            {
                Return(shipment);
            }

            _inFlight.Clear();
            _again.Clear();
        }
    }
}
