namespace Telemetry.Bus.Kafka;

/// <summary>
/// Which Kafka is the bus, and what is expected of it; made by <see cref="TryParse"/> from
/// <c>kafka://host:port[,host:port…]?key=value&amp;…</c>. Keys with a dot are librdkafka's own and passed through.
/// </summary>
public sealed record KafkaOptions
{
    /// <summary>Brokers to begin with, "host:port" separated by commas.</summary>
    public required string Brokers { get; init; }

    /// <summary>Beginning of all topic names (<c>prefix</c>); default "telemetry". Letters, digits, ".", "_" and "-".</summary>
    public string Prefix { get; init; } = "telemetry";

    /// <summary>Partitions of a topic that is created (<c>partitions</c>); default 4, 1 to 1024. More come by a new generation.</summary>
    public int Partitions { get; init; } = 4;

    /// <summary>
    /// Copies of each partition (<c>replication</c>); default 3, 1 to 32. Not lowered when there are fewer brokers: one machine
    /// has to be asked for by name.
    /// </summary>
    public int Replication { get; init; } = 3;

    /// <summary>Copies that have an entry before it is acknowledged (<c>min_isr</c>); default 2, at most <see cref="Replication"/>.</summary>
    public int MinInSync { get; init; } = 2;

    /// <summary>
    /// Whether brokers flush each message to disk before they acknowledge it (<c>flush</c>); default false. With fewer than two
    /// copies in sync it is what makes an acknowledgement survive the machine.
    /// </summary>
    public bool Flush { get; init; }

    /// <summary>Beginning of the consumer groups' names (<c>group</c>); default "telemetry-indexer".</summary>
    public string Group { get; init; } = "telemetry-indexer";

    /// <summary>
    /// Static membership (<c>member</c>): a restart within the session timeout keeps the partitions. Has to differ between
    /// processes, so it is none by default: two processes of one machine would fence each other.
    /// </summary>
    public string? Member { get; init; }

    /// <summary>Bytes of one lane handed to the client and not yet acknowledged (<c>queue_bytes</c>); default 64 MiB, at least 8 MiB.</summary>
    public long QueueBytes { get; init; } = 64L << 20;

    /// <summary>
    /// How long entries are kept, indexed or not, since Kafka knows no difference (<c>retention.ms</c>); default 3 days, -1 for ever.
    /// </summary>
    public long RetentionMs { get; init; } = 3L * 24 * 3600 * 1000;

    /// <summary>Bytes kept in each partition (<c>retention.bytes</c>); default -1, no limit.</summary>
    public long RetentionBytes { get; init; } = -1;

    /// <summary>What is passed to every client, by librdkafka's names.</summary>
    public IReadOnlyDictionary<string, string> Client { get; init; } = new Dictionary<string, string>(StringComparer.Ordinal);

    /// <summary>The address with every secret replaced by "***".</summary>
    public string Redacted => KafkaAddress.Redact(this);

    /// <summary>
    /// Parses an address and reads the password file it names. False when anything is wrong; <paramref name="problems"/> then
    /// holds a sentence for everything that is, none with a secret. Does not throw.
    /// </summary>
    public static bool TryParse(string address, out KafkaOptions options, out IReadOnlyList<string> problems)
    {
        ArgumentNullException.ThrowIfNull(address);
        var reading = new KafkaAddress();
        options = reading.Read(address);
        problems = reading.Problems;
        return problems.Count == 0;
    }

    /// <summary>The address without its secrets.</summary>
    public override string ToString() => Redacted;
}
