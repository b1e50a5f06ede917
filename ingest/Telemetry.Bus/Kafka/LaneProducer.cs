using Confluent.Kafka;
using Telemetry.Bus.SegmentLog;
using Telemetry.Wire;

namespace Telemetry.Bus.Kafka;

/// <summary>
/// The writing side of one lane: one idempotent producer, and in front of it a queue for what does not fit into it. Entries
/// leave in the order they came in, those of a lifetime not routed yet behind its route; none is given up while the broker is
/// away, so that none is overtaken. The client holds at most <c>queue_bytes</c>; what waits in front of it holds its own copy,
/// and is bounded by whoever appends (the gateway's pending bytes), which is how the pressure reaches the shipper.
/// <para>
/// A fatal error of the idempotent producer ends it: what it has is reported by the library, what comes waits until then, and a
/// new producer takes over. Safe for concurrent use; delivery reports come on the client's own thread.
/// </para>
/// </summary>
internal sealed class LaneProducer : IAsyncDisposable
{
    private const int OverheadBytes = 256;
    private const int MaxTargets = 16384;

    private readonly Lane _lane;
    private readonly KafkaClients _clients;
    private readonly Func<LifetimeId, ValueTask<TopicPartition>> _route;
    private readonly KafkaBusMetrics _metrics;
    private readonly Action<string> _onProblem;
    private readonly Lock _gate = new();
    private readonly Queue<PendingAppend> _waiting = new();
    private readonly HashSet<PendingAppend> _sent = [];
    private readonly Dictionary<LifetimeId, List<PendingAppend>> _unrouted = [];
    private readonly Dictionary<LifetimeId, AppendTarget> _targets = [];
    private readonly HashSet<TopicPartition> _ticking = [];
    private readonly Headers _tickHeaders;
    private IProducer<byte[], byte[]> _producer;
    private long _sentBytes;
    private long _waitingBytes;
    private bool _isBroken;
    private bool _isClosed;

    public LaneProducer(Lane lane, KafkaClients clients, Func<LifetimeId, ValueTask<TopicPartition>> route,
        KafkaBusMetrics metrics, Action<string> onProblem)
    {
        _lane = lane;
        _clients = clients;
        _route = route;
        _metrics = metrics;
        _onProblem = onProblem;
        _tickHeaders = EntryHeaders.OfTick(lane);
        _producer = Build();
        metrics.ObserveQueue(lane, () => Volatile.Read(ref _sentBytes) + Volatile.Read(ref _waitingBytes));
    }

    /// <summary>Takes the entry's place in the lane before it returns.</summary>
    public ValueTask<BusPosition> AppendAsync(in BusStamp stamp, ReadOnlyMemory<byte> body)
    {
        if (body.Length > WireLimits.MaxBatchBytes + 64)
        {
            throw new IOException($"A batch of {body.Length} bytes is larger than a message may be.");
        }

        var isRouting = false;
        PendingAppend append;
        lock (_gate)
        {
            if (_isClosed)
            {
                throw new IOException("The writing side of the bus is closed.");
            }

            var target = TargetOf(stamp.Lifetime);

            // The body is the caller's again when this returns, and the client takes whole arrays.
            var message = new Message<byte[], byte[]> { Key = target.Key, Value = body.ToArray(), Headers = target.HeadersFor(stamp) };
            append = new PendingAppend(this, message, body.Length + OverheadBytes) { Target = target.Partition };
            _waitingBytes += append.Bytes;
            if (append.Target is null)
            {
                isRouting = !_unrouted.TryGetValue(stamp.Lifetime, out var behind);
                (behind ??= _unrouted[stamp.Lifetime] = []).Add(append);
            }
            else
            {
                _waiting.Enqueue(append);
                Send();
            }
        }

        if (isRouting)
        {
            _ = RouteAsync(stamp.Lifetime);
        }

        return new ValueTask<BusPosition>(append.Task);
    }

    /// <summary>Writes a tick, unless the last one is still on its way or entries wait: those are signs enough.</summary>
    public void Tick(TopicPartition partition)
    {
        lock (_gate)
        {
            if (_isClosed || _waiting.Count > 0 || !_ticking.Add(partition))
            {
                return;
            }

            var message = new Message<byte[], byte[]> { Value = [], Headers = _tickHeaders };
            var tick = new PendingAppend(this, message, OverheadBytes) { Target = partition, IsTick = true };
            _waitingBytes += tick.Bytes;
            _waiting.Enqueue(tick);
            Send();
        }
    }

    /// <summary>The client's word on a message it was given.</summary>
    public void Complete(PendingAppend append, DeliveryReport<byte[], byte[]> report)
    {
        lock (_gate)
        {
            if (!_sent.Remove(append))
            {
                return;
            }

            _sentBytes -= append.Bytes;
            if (append.IsTick)
            {
                _ticking.Remove(append.Target!);
            }

            _isBroken |= report.Error.IsFatal;
            if (_isBroken && _sent.Count == 0)
            {
                Replace();
            }

            Send();
        }

        if (report.Error.IsError)
        {
            Fail(append, report.Error.Reason);
        }
        else
        {
            _metrics.Delivered(_lane, append.IsTick);
            append.TrySetResult(new BusPosition(report.Offset.Value));
        }
    }

    /// <summary>Waits a while for what was sent; what is not known to be durable by then fails.</summary>
    public async ValueTask DisposeAsync()
    {
        IProducer<byte[], byte[]> producer;
        List<PendingAppend> left;
        lock (_gate)
        {
            if (_isClosed)
            {
                return;
            }

            _isClosed = true;
            producer = _producer;
            left = [.. _waiting, .. _unrouted.Values.SelectMany(b => b)];
            _waiting.Clear();
            _unrouted.Clear();
            _waitingBytes = 0;
        }

        left.ForEach(a => Fail(a, "the writing side of the bus is closed"));
        await Task.Run(() => Close(producer));
        lock (_gate)
        {
            left = [.. _sent];
            _sent.Clear();
        }

        left.ForEach(a => Fail(a, "the writing side of the bus was closed before the broker answered"));
    }

    private static void Close(IProducer<byte[], byte[]> producer)
    {
        try
        {
            producer.Flush(TimeSpan.FromSeconds(10));
        }
        catch (KafkaException)
        {
            // Whatever is left is failed by the caller.
        }

        producer.Dispose();
    }

    private AppendTarget TargetOf(LifetimeId lifetime)
    {
        if (_targets.TryGetValue(lifetime, out var target))
        {
            return target;
        }

        if (_targets.Count >= MaxTargets)
        {
            _targets.Clear();
        }

        return _targets[lifetime] = new AppendTarget(_lane, lifetime);
    }

    private async Task RouteAsync(LifetimeId lifetime)
    {
        TopicPartition? partition = null;
        var why = "";
        try
        {
            partition = await _route(lifetime);
        }
        catch (Exception e)
        {
            why = e.Message;
        }

        List<PendingAppend>? behind;
        lock (_gate)
        {
            if (!_unrouted.Remove(lifetime, out behind))
            {
                return;
            }

            if (partition is not null)
            {
                TargetOf(lifetime).Partition = partition;
                foreach (var append in behind)
                {
                    append.Target = partition;
                    _waiting.Enqueue(append);
                }

                Send();
                return;
            }

            _waitingBytes -= behind.Sum(a => a.Bytes);
        }

        behind.ForEach(a => Fail(a, why));
    }

    private void Send()
    {
        while (!_isBroken && _waiting.TryPeek(out var append)
            && (_sentBytes == 0 || _sentBytes + append.Bytes <= _clients.Options.QueueBytes))
        {
            try
            {
                _producer.Produce(append.Target!, append.Message, append.Report);

                // The client has its own copy, which is the one that is counted.
                append.Message.Value = [];
                _metrics.Produced(_lane, append.IsTick);
                _sent.Add(append);
                _sentBytes += append.Bytes;
            }
            catch (ProduceException<byte[], byte[]> e) when (e.Error.Code == ErrorCode.Local_QueueFull && _sent.Count > 0)
            {
                // The next delivery report makes room.
                return;
            }
            catch (KafkaException e) when (e.Error.IsFatal || e.Error.Code == ErrorCode.Local_Fatal)
            {
                Break(_producer, e.Error);
                continue;
            }
            catch (KafkaException e)
            {
                _ticking.Remove(append.Target!);
                Fail(append, e.Error.Reason);
            }

            _waiting.Dequeue();
            _waitingBytes -= append.Bytes;
        }
    }

    private void Fail(PendingAppend append, string why)
    {
        _metrics.Failed(_lane, append.IsTick);
        append.Fail($"The {LaneNames.Of(_lane)} lane of the bus did not take a batch: {why}.");
    }

    private void Break(IProducer<byte[], byte[]> producer, Error error)
    {
        lock (_gate)
        {
            if (producer != _producer || _isBroken)
            {
                return;
            }

            _isBroken = true;
            _onProblem($"The producer of the {LaneNames.Of(_lane)} lane is replaced: {error.Reason}.");
            if (_sent.Count == 0)
            {
                Replace();
            }
        }
    }

    /// <summary>Nothing of the broken one is open any more, so that the new one overtakes nothing.</summary>
    private void Replace()
    {
        if (_isClosed)
        {
            return;
        }

        var broken = _producer;

        // A client cannot be destroyed by its own callback.
        _ = Task.Run(broken.Dispose);
        _producer = Build();
        _isBroken = false;
    }

    private IProducer<byte[], byte[]> Build() => new ProducerBuilder<byte[], byte[]>(_clients.Producer(_lane))
        .SetLogHandler(static (_, _) => { })
        .SetErrorHandler(OnError)
        .Build();

    private void OnError(IProducer<byte[], byte[]> producer, Error error)
    {
        if (error.IsFatal)
        {
            Break(producer, error);
            Resend();
        }
        else
        {
            _onProblem($"Kafka, {LaneNames.Of(_lane)} lane, writing: {error.Reason}.");
        }
    }

    private void Resend()
    {
        lock (_gate)
        {
            Send();
        }
    }
}
