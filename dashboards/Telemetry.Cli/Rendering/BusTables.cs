using System.Globalization;
using Spectre.Console;
using Telemetry.Bus.Kafka;
using Telemetry.Bus.SegmentLog;
using Telemetry.Cli.Configuration;
using Telemetry.Store;

namespace Telemetry.Cli.Rendering;

/// <summary>What <c>telemetry bus describe</c> prints for people.</summary>
internal static class BusTables
{
    /// <summary>Topics of a Kafka and what they promise.</summary>
    public static Table Topics(BusDescription bus)
    {
        var table = Tables.Create("topic", "partitions", "replication", "min isr", "flush", "unclean election", "cleanup", "kept");
        foreach (var topic in bus.Topics)
        {
            Add(table, VisibleText.Of(topic.Name), topic.Partitions, topic.Replication, topic.MinInSync,
                topic.FlushesEachMessage ? "each message" : "no", topic.ElectsUnclean ? "yes" : "no", topic.CleanupPolicy, Kept(topic));
        }

        return table;
    }

    /// <summary>Partitions of a Kafka and how far they are indexed.</summary>
    public static Table Partitions(BusDescription bus)
    {
        var table = Tables.Create("lane", "generation", "partition", "oldest", "end", "committed", "lag", "lost unread");
        foreach (var lag in bus.Partitions)
        {
            Add(table, NameOf(lag.Partition.Lane), lag.Partition.Generation, lag.Partition.Number, lag.Start, lag.End,
                lag.Committed is { } committed ? committed : "-", lag.Lag, lag.Overtaken);
        }

        return table;
    }

    /// <summary>What holds for a Kafka, a sentence a line.</summary>
    public static IEnumerable<string> Sentences(BusDescription bus)
    {
        yield return bus.Promise;
        yield return bus.Brokers == 1 ? "There is one broker." : $"There are {bus.Brokers} brokers.";
        if (bus.Topics.Count > 0)
        {
            yield return bus.Topics.Any(topic => topic.ElectsUnclean)
                ? "A copy that is behind may become the leader (unclean election): what was acknowledged could then be gone."
                : "A copy that is behind never becomes the leader (no unclean election).";
            yield return bus.Topics.All(topic => topic.FlushesEachMessage)
                ? "Brokers flush each message to disk before it is acknowledged."
                : "Brokers do not flush each message to disk: what is acknowledged is in the memory of those that have it.";
        }

        foreach (var group in bus.Groups)
        {
            var members = group.Members == 1 ? "1 member" : $"{group.Members} members";
            yield return $"The {NameOf(group.Lane)} lane is read by group {group.Name}, {members}.";
        }

        foreach (var problem in bus.Problems)
        {
            yield return problem;
        }
    }

    /// <summary>Lanes of the embedded bus.</summary>
    public static Table Lanes(IEnumerable<LaneDescription> lanes)
    {
        var table = Tables.Create("lane", "oldest", "oldest at", "end", "indexed", "lag bytes", "bytes on disk");
        foreach (var lane in lanes)
        {
            Add(table, NameOf(lane.Lane), lane.Oldest,
                lane.OldestUnixUs is { } at ? ShortTime.Of(Rfc3339.Format(at)) : "-", lane.End, lane.Indexed, lane.LagBytes, lane.UsedBytes);
        }

        return table;
    }

    /// <summary>What holds for the embedded bus, a sentence a line.</summary>
    public static IEnumerable<string> Sentences(RetentionOptions keep) =>
    [
        "What is acknowledged is on this machine's disk, flushed and checked: it survives the machine's crash but not its loss.",
        $"What is indexed is kept for {DurationText.Format(keep.BusKeep)} or {new ByteSize(keep.BusKeepBytes)}; what is not is never deleted.",
    ];

    /// <summary>As settings and URLs call it.</summary>
    public static string NameOf(Wire.Lane lane) => lane == Wire.Lane.Critical ? "critical" : "bulk";

    private static string Kept(BusTopic topic)
    {
        if (!topic.CleanupPolicy.Contains("delete", StringComparison.Ordinal))
        {
            return "the newest of each key";
        }

        var time = topic.RetentionMs < 0 ? "for ever" : DurationText.Format(TimeSpan.FromMilliseconds(topic.RetentionMs));
        return topic.RetentionBytes < 0 ? time : $"{time} or {new ByteSize(topic.RetentionBytes)} a partition";
    }

    private static void Add(Table table, params object[] cells) =>
        table.AddRow([.. cells.Select(cell => new Text(Convert.ToString(cell, CultureInfo.InvariantCulture)!))]);
}
