using System.Text.Json.Nodes;
using Telemetry.Bus.Kafka;
using Telemetry.Bus.SegmentLog;
using Telemetry.Cli.Configuration;
using Telemetry.Store;

namespace Telemetry.Cli.Rendering;

/// <summary>What <c>telemetry bus describe --json</c> prints: one object.</summary>
internal static class BusJson
{
    public static JsonObject Of(BusDescription bus) => new()
    {
        ["kind"] = "kafka",
        ["brokers"] = bus.Brokers,
        ["promise"] = bus.Promise,
        ["problems"] = new JsonArray([.. bus.Problems.Select(problem => JsonValue.Create(problem))]),
        ["topics"] = new JsonArray([.. bus.Topics.Select(Of)]),
        ["partitions"] = new JsonArray([.. bus.Partitions.Select(Of)]),
        ["groups"] = new JsonArray([.. bus.Groups.Select(Of)]),
    };

    public static JsonObject Of(IEnumerable<LaneDescription> lanes, RetentionOptions keep) => new()
    {
        ["kind"] = "embedded",
        ["promise"] = BusTables.Sentences(keep).First(),
        ["lanes"] = new JsonArray([.. lanes.Select(Of)]),
    };

    private static JsonObject Of(BusTopic topic) => new()
    {
        ["name"] = topic.Name,
        ["partitions"] = topic.Partitions,
        ["replication"] = topic.Replication,
        ["min_isr"] = topic.MinInSync,
        ["flush"] = topic.FlushesEachMessage,
        ["unclean_election"] = topic.ElectsUnclean,
        ["cleanup_policy"] = topic.CleanupPolicy,
        ["retention_ms"] = topic.RetentionMs,
        ["retention_bytes"] = topic.RetentionBytes,
    };

    private static JsonObject Of(BusPartitionLag lag) => new()
    {
        ["lane"] = BusTables.NameOf(lag.Partition.Lane),
        ["generation"] = lag.Partition.Generation,
        ["partition"] = lag.Partition.Number,
        ["oldest"] = lag.Start,
        ["end"] = lag.End,
        ["committed"] = lag.Committed,
        ["lag"] = lag.Lag,
        ["lost_unread"] = lag.Overtaken,
    };

    private static JsonObject Of(BusGroup group) => new()
    {
        ["lane"] = BusTables.NameOf(group.Lane),
        ["name"] = group.Name,
        ["state"] = group.State,
        ["members"] = group.Members,
    };

    private static JsonObject Of(LaneDescription lane) => new()
    {
        ["lane"] = BusTables.NameOf(lane.Lane),
        ["oldest"] = lane.Oldest.Value,
        ["oldest_at"] = lane.OldestUnixUs is { } at ? Rfc3339.Format(at) : null,
        ["end"] = lane.End.Value,
        ["indexed"] = lane.Indexed.Value,
        ["lag_bytes"] = lane.LagBytes,
        ["bytes_on_disk"] = lane.UsedBytes,
    };
}
