using Confluent.Kafka;
using Telemetry.Bus.SegmentLog;
using Telemetry.Wire;

namespace Telemetry.Bus.Kafka;

/// <summary>
/// Settings of every client: first what suits us, then the user's, then what the promise needs and <see cref="KafkaKeys"/>
/// therefore refuses to take from anybody.
/// </summary>
internal sealed class KafkaClients(KafkaOptions options)
{
    /// <summary>A batch, its headers, and what Kafka puts around them.</summary>
    public const int MaxMessageBytes = WireLimits.MaxBatchBytes + (64 << 10);

    private const string StableOffsets = "read_committed";

    public KafkaOptions Options => options;

    /// <summary>Consumer group of a lane.</summary>
    public string Group(Lane lane) => $"{options.Group}-{LaneNames.Of(lane)}";

    /// <summary>Asks the cluster. <paramref name="onError"/> is told, on any thread, why the brokers cannot be reached.</summary>
    public IAdminClient Admin(Action<Error>? onError = null) => new AdminClientBuilder(With(new ClientConfig(), []))
        .SetLogHandler(static (_, _) => { })
        .SetErrorHandler((_, error) => onError?.Invoke(error))
        .Build();

    /// <summary>The idempotent producer of a lane: waits for the broker as long as it takes, so that nothing is overtaken.</summary>
    public ProducerConfig Producer(Lane lane)
    {
        var config = With(new ProducerConfig(), [("linger.ms", lane == Lane.Critical ? "0" : "5")]);
        config.Acks = Acks.All;
        config.EnableIdempotence = true;
        config.MessageTimeoutMs = 0;
        config.MessageMaxBytes = MaxMessageBytes;
        config.CompressionType = CompressionType.None;
        config.DeliveryReportFields = "status";

        // We count the bytes that wait; the library's own limits stand behind, with room for what it adds.
        config.QueueBufferingMaxKbytes = (int)Math.Min(int.MaxValue, ((options.QueueBytes + MaxMessageBytes) >> 10) * 2);
        config.QueueBufferingMaxMessages = 1_000_000;
        return config;
    }

    /// <summary>Writes state, dead letters and offsets of a member in transactions; a later one of the same name fences it. Not initialized.</summary>
    public IProducer<byte[], byte[]> NewTransactionalProducer(Lane lane, string memberName) =>
        new ProducerBuilder<byte[], byte[]>(Transactional($"{options.Prefix}-{Group(lane)}-{memberName}"))
            .SetLogHandler(static (_, _) => { }).SetErrorHandler(static (_, _) => { }).Build();

    /// <summary>Settings of a transactional producer.</summary>
    public ProducerConfig Transactional(string transactionalId)
    {
        var config = With(new ProducerConfig(), [("linger.ms", "0"), ("transaction.timeout.ms", "10000"), ("retry.backoff.ms", "5")]);
        config.TransactionalId = transactionalId;
        config.MessageMaxBytes = MaxMessageBytes;
        config.QueueBufferingMaxMessages = 1_000_000;
        return config;
    }

    /// <summary>
    /// A member of a lane's group. Offsets are fetched only when no transaction is open over them, which librdkafka ties to
    /// read_committed; a data topic has no transactions of ours.
    /// </summary>
    public ConsumerConfig Member(Lane lane)
    {
        var config = With(new ConsumerConfig(),
        [
            ("session.timeout.ms", "10000"), ("heartbeat.interval.ms", "2000"), ("max.poll.interval.ms", "120000"),
            ("topic.metadata.refresh.interval.ms", "3000"), ("queued.max.messages.kbytes", "16384"),
            ("fetch.wait.max.ms", "50"), ("fetch.queue.backoff.ms", "10"), ("fetch.error.backoff.ms", "100"),
            ("statistics.interval.ms", "2000"),
        ]);
        config.GroupId = Group(lane);
        config.GroupInstanceId = options.Member;
        config.PartitionAssignmentStrategy = PartitionAssignmentStrategy.CooperativeSticky;
        return Reading(config);
    }

    /// <summary>Sees the offsets of a lane's group without being a member.</summary>
    public ConsumerConfig Observer(Lane lane)
    {
        var config = Reader();
        config.GroupId = Group(lane);
        return config;
    }

    /// <summary>Reads by itself, in no group.</summary>
    public ConsumerConfig Reader()
    {
        var config = With(new ConsumerConfig(), [("fetch.wait.max.ms", "20"), ("fetch.error.backoff.ms", "100"),
            ("queued.max.messages.kbytes", "16384"), ("fetch.queue.backoff.ms", "10")]);
        config.GroupId = options.Group + "-none";
        return Reading(config);
    }

    private static ConsumerConfig Reading(ConsumerConfig config)
    {
        config.AutoOffsetReset = AutoOffsetReset.Error;
        config.EnableAutoCommit = false;
        config.EnableAutoOffsetStore = false;
        config.EnablePartitionEof = true;
        config.AllowAutoCreateTopics = false;
        config.Set("isolation.level", StableOffsets);
        return config;
    }

    private T With<T>(T config, ReadOnlySpan<(string Key, string Value)> defaults)
        where T : ClientConfig
    {
        config.BootstrapServers = options.Brokers;
        config.Set("client.id", "telemetry");
        config.Set("reconnect.backoff.max.ms", "1000");
        config.Set("socket.keepalive.enable", "true");
        foreach (var (key, value) in defaults)
        {
            config.Set(key, value);
        }

        foreach (var (key, value) in options.Client)
        {
            config.Set(key, value);
        }

        return config;
    }
}
