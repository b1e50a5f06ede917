using System.Globalization;

namespace Telemetry.Bus.Kafka;

/// <summary>How a topic is, as the brokers say.</summary>
/// <param name="Name">The topic.</param>
/// <param name="Partitions">How many.</param>
/// <param name="Replication">Copies of the partition that has the fewest.</param>
/// <param name="Settings">Settings in effect.</param>
internal sealed record TopicState(string Name, int Partitions, int Replication, IReadOnlyDictionary<string, string> Settings)
{
    public int MinInSync => (int)Number("min.insync.replicas", 1);

    public bool FlushesEachMessage => Number("flush.messages", long.MaxValue) == 1;

    public bool ElectsUnclean => Setting("unclean.leader.election.enable") == "true";

    public string Setting(string name) => Settings.GetValueOrDefault(name, "");

    public long Number(string name, long missing) =>
        long.TryParse(Setting(name), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var value) ? value : missing;
}
