using System.Collections.Concurrent;
using Confluent.Kafka;
using Telemetry.Bus.SegmentLog;
using Telemetry.Wire;

namespace Telemetry.Bus.Kafka;

/// <summary>
/// One member of a lane's group: a consumer and the one thread that polls it. Everything that changes what is read (assign,
/// seek, pause, resume) happens on that thread, so that no message of a former position reaches a reader; owners ask for it and
/// never wait. While owners commit in <see cref="IPartitionOwner.RevokedAsync"/> nothing is polled, for at most the budget;
/// the session is kept by the client's own thread meanwhile.
/// <para>
/// A lease ends on this thread before the group learns that its partition is free, or as soon as the client says that it is
/// lost. A stopped process that comes back is told so by the brokers, which know its generation no more.
/// </para>
/// </summary>
internal sealed class LaneMembership : IBusMembership
{
    private static readonly TimeSpan _idle = TimeSpan.FromMilliseconds(20);
    private static readonly TimeSpan _query = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan _revokeBudget = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan _restart = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan _releaseWithin = _revokeBudget + TimeSpan.FromSeconds(5);
    private static readonly TimeSpan _closeWithin = TimeSpan.FromSeconds(5);

    private readonly Lane _lane;
    private readonly KafkaClients _clients;
    private readonly TopicNames _names;
    private readonly IPartitionOwner _owner;
    private readonly KafkaBusMetrics _metrics;
    private readonly Action<string> _onProblem;
    private readonly StateCommitter _committer;
    private readonly Func<PartitionLease, IStateLog> _stateLog;
    private readonly ConcurrentDictionary<TopicPartition, PartitionLease> _leases = new();
    private readonly ConcurrentQueue<MemberRequest> _requests = new();
    private readonly List<PartitionLease> _unannounced = [];
    private readonly ManualResetEventSlim _stopping = new();
    private readonly ManualResetEventSlim _released = new();
    private readonly Thread _thread;
    private IConsumer<byte[], byte[]>? _consumer;
    private volatile string _problem = "";
    private volatile bool _isMember;
    private string _fatal = "";

    public LaneMembership(Lane lane, KafkaClients clients, TopicNames names, IPartitionOwner owner, string memberName,
        Func<StateCommitter, PartitionLease, IStateLog> stateLog, RoutedPartitions routed, KafkaBusMetrics metrics, TimeProvider time, Action<string> onProblem)
    {
        _lane = lane;
        _clients = clients;
        _names = names;
        _owner = owner;
        Routed = routed;
        _metrics = metrics;
        _onProblem = onProblem;
        _committer = new StateCommitter(
            lane, names, () => clients.NewTransactionalProducer(lane, memberName), TakeGroupMetadata, metrics, time, onProblem);
        _stateLog = lease => stateLog(_committer, lease);
        _thread = new Thread(Run) { IsBackground = true, Name = $"kafka-{LaneNames.Of(lane)}" };
        _thread.Start();
    }

    public string Problem => (_problem, _committer.Problem, _isMember) switch
    {
        ({ Length: > 0 } reading, _, _) => reading,
        (_, { Length: > 0 } committing, _) => committing,
        (_, _, true) => "",
        _ => $"The {LaneNames.Of(_lane)} lane has not joined its group yet.",
    };

    /// <summary>Tells which partitions can have held a batch.</summary>
    public RoutedPartitions Routed { get; }

    /// <summary>Leases that are held, with their readers; for metrics.</summary>
    public IEnumerable<(BusPartition Partition, long Bytes)> Lags =>
        _leases.Values.Where(l => l.Reader is not null).Select(l => (l.Partition, l.Reader?.LagBytes ?? 0));

    /// <summary>What is fetched for them and waits to be taken; for metrics.</summary>
    public IEnumerable<(BusPartition Partition, long Bytes)> Fetched =>
        _leases.Values.Where(l => l.Reader is not null).Select(l => (l.Partition, l.Reader?.QueuedBytes ?? 0));

    public void Ask(MemberRequest request) => _requests.Enqueue(request);

    /// <summary>Oldest and next offset of a partition.</summary>
    public (long Low, long High) QueryEnds(TopicPartition topic)
    {
        try
        {
            var ends = WithConsumer(c => c.QueryWatermarkOffsets(topic, _query));
            return (ends.Low.Value, ends.High.Value);
        }
        catch (KafkaException e)
        {
            throw new IOException($"Topic {topic.Topic} cannot be asked for its ends: {e.Error.Reason}.", e);
        }
    }

    /// <summary>The end as the last answer of the broker had it; 0 when it is not known.</summary>
    public long KnownEnd(TopicPartition topic)
    {
        try
        {
            return Math.Max(0, WithConsumer(c => c.GetWatermarkOffsets(topic)).High.Value);
        }
        catch (IOException)
        {
            return 0;
        }
        catch (KafkaException)
        {
            return 0;
        }
    }

    public void TellForeign(TopicPartition topic, long offset)
    {
        _metrics.Foreign(_lane);
        _onProblem($"The message at {offset} of {topic.Topic}[{topic.Partition.Value}] is no entry and is skipped.");
    }

    public async ValueTask DisposeAsync()
    {
        _stopping.Set();
        var hasEnded = await Task.Run(() => _released.Wait(_releaseWithin) && _thread.Join(_closeWithin));
        await _committer.DisposeAsync();
        if (hasEnded)
        {
            _stopping.Dispose();
            _released.Dispose();
        }
        else
        {
            // Without brokers a client may wait for them. What it uses stays as long as it does; the process may end.
            _onProblem($"The {LaneNames.Of(_lane)} lane was not left in order: the Kafka client does not end.");
        }
    }

    private T WithConsumer<T>(Func<IConsumer<byte[], byte[]>, T> ask)
    {
        var consumer = Volatile.Read(ref _consumer) ?? throw new IOException($"The {LaneNames.Of(_lane)} lane is not joined.");
        try
        {
            return ask(consumer);
        }
        catch (ObjectDisposedException e)
        {
            throw new IOException($"The {LaneNames.Of(_lane)} lane is not joined.", e);
        }
    }

    /// <summary>
    /// What proves this membership to the brokers; null when it is none. The member id is read after the metadata: a client that
    /// was thrown out forgets its id first and gets a new one only after this thread has ended its leases, so that whoever finds
    /// an id and then a living lease has metadata from the time of that lease. Without an id a broker would take any offset.
    /// </summary>
    private IConsumerGroupMetadata? TakeGroupMetadata() => WithConsumer(c =>
    {
        var metadata = c.ConsumerGroupMetadata;
        return string.IsNullOrEmpty(c.MemberId) ? null : metadata;
    });

    private void Run()
    {
        while (!_stopping.IsSet)
        {
            try
            {
                using var consumer = Build();
                Volatile.Write(ref _consumer, consumer);
                consumer.Subscribe(_names.DataPattern(_lane));
                while (!_stopping.IsSet && _fatal.Length == 0)
                {
                    Poll(consumer);
                }

                Leave(consumer);
            }
            catch (Exception e)
            {
                Say(e.Message);
                Release([.. _leases.Values], lost: true);
            }

            Volatile.Write(ref _consumer, null);
            _isMember = false;
            _fatal = "";
            _stopping.Wait(_restart);
        }

        _released.Set();
    }

    private IConsumer<byte[], byte[]> Build() => new ConsumerBuilder<byte[], byte[]>(_clients.Member(_lane))
        .SetLogHandler(static (_, _) => { })
        .SetErrorHandler((_, e) => OnError(e))
        .SetStatisticsHandler((_, json) => OnStatistics(json))
        .SetPartitionsAssignedHandler((_, partitions) => Assign(partitions))
        .SetPartitionsRevokedHandler((_, partitions) => Revoke(partitions.Select(p => p.TopicPartition), lost: false))
        .SetPartitionsLostHandler((_, partitions) => Revoke(partitions.Select(p => p.TopicPartition), lost: true))
        .Build();

    private void Poll(IConsumer<byte[], byte[]> consumer)
    {
        Announce(consumer);
        while (_requests.TryDequeue(out var request))
        {
            Serve(consumer, request);
        }

        try
        {
            if (consumer.Consume(_idle) is { } result)
            {
                _problem = "";
                Take(consumer, result);
            }
        }
        catch (ConsumeException e)
        {
            OnConsumeError(e);
        }
    }

    /// <summary>
    /// The client assigns by itself once this has returned; where to begin only the owner knows, so until it opens a reader
    /// what comes is let go.
    /// </summary>
    private IEnumerable<TopicPartitionOffset> Assign(List<TopicPartition> partitions)
    {
        // A member that is given nothing is told so as well.
        _isMember = true;
        _metrics.Rebalanced(_lane);
        foreach (var topic in partitions)
        {
            if (_names.TryGetGeneration(topic.Topic, _lane, out var generation))
            {
                var lease = new PartitionLease(this, new BusPartition(_lane, generation, topic.Partition.Value), topic, _stateLog);
                _leases[topic] = lease;
                _unannounced.Add(lease);
            }
        }

        return [.. partitions.Select(p => new TopicPartitionOffset(p, Offset.End))];
    }

    private void Announce(IConsumer<byte[], byte[]> consumer)
    {
        foreach (var lease in _unannounced)
        {
            TryPause(consumer, lease.Topic);
            try
            {
                _owner.Assigned(lease);
            }
            catch (Exception e)
            {
                Say($"The owner of {lease.Partition} could not begin: {e.Message}");
            }
        }

        _unannounced.Clear();
    }

    private void Revoke(IEnumerable<TopicPartition> partitions, bool lost)
    {
        _metrics.Rebalanced(_lane);
        Release([.. partitions.Select(p => _leases.GetValueOrDefault(p)).OfType<PartitionLease>()], lost);
    }

    private void Release(List<PartitionLease> leases, bool lost)
    {
        if (lost)
        {
            leases.ForEach(l => l.End());
        }

        var ends = leases.Where(l => !_unannounced.Remove(l)).Select(l => EndOwnerAsync(l, lost)).ToArray();
        try
        {
            if (!Task.WaitAll(ends, _revokeBudget))
            {
                Say($"The owners of {string.Join(", ", leases.Select(l => l.Partition))} did not end within {_revokeBudget}; they go on without a lease.");
            }
        }
        finally
        {
            foreach (var lease in leases)
            {
                lease.End();
                _leases.TryRemove(lease.Topic, out _);
            }
        }
    }

    private async Task EndOwnerAsync(PartitionLease lease, bool lost)
    {
        try
        {
            await _owner.RevokedAsync(lease.Partition, lost);
        }
        catch (Exception e)
        {
            Say($"The owner of {lease.Partition} did not end in order: {e.Message}");
        }
    }

    /// <summary>Owners end while this is still a member, so that they can commit; then the group hears of it.</summary>
    private void Leave(IConsumer<byte[], byte[]> consumer)
    {
        Release([.. _leases.Values], lost: _fatal.Length > 0);
        if (_stopping.IsSet)
        {
            _released.Set();
        }

        try
        {
            consumer.Close();
        }
        catch (KafkaException e)
        {
            Say($"The {LaneNames.Of(_lane)} lane was not left in order: {e.Error.Reason}.");
        }
    }

    private void Serve(IConsumer<byte[], byte[]> consumer, MemberRequest request)
    {
        var (lease, reader, kind) = request;
        if (!lease.IsAlive || (kind != RequestKind.Stop && lease.Reader != reader))
        {
            return;
        }

        try
        {
            switch (kind)
            {
                case RequestKind.Start:
                    Start(consumer, lease, new TopicPartitionOffset(lease.Topic, reader.Expected));
                    break;
                case RequestKind.Resume:
                    consumer.Resume([lease.Topic]);
                    break;
                default:
                    if (lease.Reader is null)
                    {
                        TryPause(consumer, lease.Topic);
                    }

                    break;
            }
        }
        catch (KafkaException)
        {
            // The fetcher of a partition just assigned may not be ready for it yet.
            _stopping.Wait(_idle);
            _requests.Enqueue(request);
        }
    }

    private static void Start(IConsumer<byte[], byte[]> consumer, PartitionLease lease, TopicPartitionOffset from)
    {
        if (lease.IsGivenUp)
        {
            consumer.IncrementalUnassign([lease.Topic]);
            consumer.IncrementalAssign([from]);
            lease.IsGivenUp = false;
        }

        // Resumed first: a seek while paused would be overruled by the position the pause has kept.
        consumer.Resume([lease.Topic]);
        consumer.Seek(from);
    }

    private void Take(IConsumer<byte[], byte[]> consumer, ConsumeResult<byte[], byte[]> result)
    {
        if (!_leases.TryGetValue(result.TopicPartition, out var lease) || lease.Reader is not { } reader)
        {
            return;
        }

        if (result.Offset.Value > reader.Expected && HasHole(consumer, reader, result))
        {
            return;
        }

        if (result.IsPartitionEOF)
        {
            reader.TakeEnd(result.Offset.Value);
        }
        else if (result.Offset.Value >= reader.Expected && reader.Take(result))
        {
            TryPause(consumer, lease.Topic);
        }
    }

    /// <summary>
    /// Offsets follow one another, except over a foreign transaction's end. What is missing is sought once more; what retention
    /// has taken meanwhile is the owner's to account for.
    /// </summary>
    private bool HasHole(IConsumer<byte[], byte[]> consumer, PartitionReader reader, ConsumeResult<byte[], byte[]> result)
    {
        try
        {
            if (consumer.QueryWatermarkOffsets(result.TopicPartition, _query).Low.Value > reader.Expected)
            {
                reader.Fail(Overtaken(result.TopicPartition));
                TryPause(consumer, result.TopicPartition);
                return true;
            }

            if (reader.SoughtAgain == reader.Expected)
            {
                return false;
            }

            consumer.Seek(new TopicPartitionOffset(result.TopicPartition, reader.Expected));
            reader.SoughtAgain = reader.Expected;
        }
        catch (KafkaException e)
        {
            reader.Fail($"{result.TopicPartition.Topic}[{result.Partition.Value}] cannot be read on: {e.Error.Reason}.");
        }

        return true;
    }

    private static string Overtaken(TopicPartition topic) =>
        $"Retention has overtaken the reader of {topic.Topic}[{topic.Partition.Value}]: it has to be opened again.";

    private void OnConsumeError(ConsumeException e)
    {
        var topic = e.ConsumerRecord?.TopicPartition;
        if (e.Error.IsFatal)
        {
            _fatal = e.Error.Reason;
        }

        if (topic is not null && e.Error.Code is ErrorCode.Local_AutoOffsetReset or ErrorCode.OffsetOutOfRange
            && _leases.TryGetValue(topic, out var lease))
        {
            lease.IsGivenUp = true;
            lease.Reader?.Fail(Overtaken(topic));
        }

        Say($"Kafka, {LaneNames.Of(_lane)} lane, reading: {e.Error.Reason}.");
    }

    private void OnError(Error error)
    {
        if (error.IsFatal)
        {
            _fatal = error.Reason;
        }

        // One broker of several that goes away is the library's to handle; that all are gone is worth a sentence.
        if (error.IsFatal || error.Code is ErrorCode.Local_AllBrokersDown || error.Code is ErrorCode.Local_Authentication)
        {
            Say($"Kafka, {LaneNames.Of(_lane)} lane, reading: {error.Reason}.");
        }
    }

    private void OnStatistics(string json)
    {
        if (_problem.Length > 0 && BrokerStates.IsAnyUp(json))
        {
            _problem = "";
        }
    }

    private void Say(string problem)
    {
        _problem = problem;
        _onProblem(problem);
    }

    private static void TryPause(IConsumer<byte[], byte[]> consumer, TopicPartition topic)
    {
        try
        {
            consumer.Pause([topic]);
        }
        catch (KafkaException)
        {
            // It is no longer assigned: then nothing comes from it.
        }
    }
}
