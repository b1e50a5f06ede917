using System.Globalization;
using Confluent.Kafka.Admin;

namespace Telemetry.Bus.Kafka;

/// <summary>What a topic is for.</summary>
internal enum TopicKind
{
    Data,
    State,
    Routes,
    DeadLetters,
}

/// <summary>How a topic has to be. Times are those of the broker: ascending within a partition and the same in each replay.</summary>
internal sealed record TopicPlan(string Name, TopicKind Kind, int Partitions)
{
    /// <summary>
    /// How long a deletion can be read in a state log, counted from its first compaction; who has not read for longer begins anew.
    /// </summary>
    public static readonly TimeSpan TombstoneRetention = TimeSpan.FromDays(7);

    private static readonly TimeSpan _deadLetterRetention = TimeSpan.FromDays(30);

    /// <summary>
    /// Dead letters are compacted as well, so that one of them can be dropped. Routes are kept for ever and never compacted:
    /// the first word on a lifetime decides.
    /// </summary>
    public string CleanupPolicy => Kind switch
    {
        TopicKind.State => "compact",
        TopicKind.DeadLetters => "compact,delete",
        _ => "delete",
    };

    public TopicSpecification Specification(KafkaOptions options) => new()
    {
        Name = Name,
        NumPartitions = Partitions,
        ReplicationFactor = (short)options.Replication,
        Configs = Settings(options),
    };

    private Dictionary<string, string> Settings(KafkaOptions options)
    {
        var settings = new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["cleanup.policy"] = CleanupPolicy,
            ["message.timestamp.type"] = "LogAppendTime",
            ["max.message.bytes"] = Text(KafkaClients.MaxMessageBytes),
            ["min.insync.replicas"] = Text(options.MinInSync),
            ["unclean.leader.election.enable"] = "false",
            ["compression.type"] = "producer",
        };
        if (options.Flush)
        {
            settings["flush.messages"] = "1";
        }

        switch (Kind)
        {
            case TopicKind.Data:
                settings["retention.ms"] = Text(options.RetentionMs);
                settings["retention.bytes"] = Text(options.RetentionBytes);
                break;
            case TopicKind.State:
                settings["delete.retention.ms"] = Text((long)TombstoneRetention.TotalMilliseconds);
                settings["segment.bytes"] = Text(64 << 20);
                break;
            case TopicKind.Routes:
                settings["retention.ms"] = "-1";
                settings["retention.bytes"] = "-1";
                break;
            default:
                settings["retention.ms"] = Text((long)_deadLetterRetention.TotalMilliseconds);
                settings["retention.bytes"] = "-1";
                break;
        }

        return settings;
    }

    private static string Text(long number) => number.ToString(CultureInfo.InvariantCulture);
}
