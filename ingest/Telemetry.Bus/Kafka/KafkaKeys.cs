namespace Telemetry.Bus.Kafka;

/// <summary>Client settings that are not the user's to give, and those that are secret.</summary>
internal static class KafkaKeys
{
    private const string Promise = "what is acknowledged has to be durable on every copy in sync";
    private const string Order = "the entries of a lifetime have to keep their order, and each has to be there once";
    private const string Offsets = "offsets are committed with the state, in one transaction";
    private const string Expired = "an offset that retention has overtaken has to become a loss, not a jump";

    private static readonly Dictionary<string, string> _refused = new(StringComparer.Ordinal)
    {
        ["acks"] = Promise,
        ["request.required.acks"] = Promise,
        ["enable.idempotence"] = Order,
        ["enable.gapless.guarantee"] = Order,
        ["max.in.flight"] = Order,
        ["max.in.flight.requests.per.connection"] = Order,
        ["retries"] = Order,
        ["message.send.max.retries"] = Order,
        ["message.timeout.ms"] = "a batch waits for the broker as long as it takes, so that nothing overtakes it",
        ["delivery.timeout.ms"] = "a batch waits for the broker as long as it takes, so that nothing overtakes it",
        ["queuing.strategy"] = Order,
        ["partitioner"] = "the partition is the lifetime's hash",
        ["enable.auto.commit"] = Offsets,
        ["auto.commit.enable"] = Offsets,
        ["auto.commit.interval.ms"] = Offsets,
        ["enable.auto.offset.store"] = Offsets,
        ["offset.store.method"] = Offsets,
        ["auto.offset.reset"] = Expired,
        ["isolation.level"] = "state is read as it was committed",
        ["transactional.id"] = "it fences former owners, and is made from prefix, group and member",
        ["group.id"] = "use group",
        ["group.instance.id"] = "use member",
        ["group.protocol"] = "fencing relies on the generations of the classic protocol",
        ["group.protocol.type"] = "fencing relies on the generations of the classic protocol",
        ["group.remote.assignor"] = "partitions move one by one, with cooperative-sticky",
        ["max.poll.interval.ms"] = "owners need their time to commit what they did when a partition moves",
        ["partition.assignment.strategy"] = "partitions move one by one, with cooperative-sticky",
        ["bootstrap.servers"] = "brokers stand before the '?'",
        ["metadata.broker.list"] = "brokers stand before the '?'",
        ["queue.buffering.max.kbytes"] = "use queue_bytes",
        ["queue.buffering.max.messages"] = "use queue_bytes",
        ["message.max.bytes"] = "it follows from the largest batch",
        ["compression.codec"] = "batches are compressed once, on the server they come from",
        ["compression.type"] = "batches are compressed once, on the server they come from",
        ["enable.partition.eof"] = "the end of a partition is what silence is judged by",
        ["allow.auto.create.topics"] = "topics are created with what the promise needs",
        ["plugin.library.paths"] = "a bus address loads no code",
    };

    /// <summary>Why a setting is refused; null when it is not.</summary>
    public static string? Refusal(string key) =>
        _refused.TryGetValue(key, out var reason) ? reason + "." : null;

    /// <summary>Whether the value is not to be shown.</summary>
    public static bool IsSecret(string key) =>
        key.Contains("password", StringComparison.Ordinal) || key.Contains("secret", StringComparison.Ordinal)
        || key.EndsWith(".pem", StringComparison.Ordinal) || key.Contains("oauthbearer", StringComparison.Ordinal)
        || key.Contains("jaas", StringComparison.Ordinal);
}
