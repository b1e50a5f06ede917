using System.Globalization;
using System.Text.RegularExpressions;
using Telemetry.Bus.SegmentLog;
using Telemetry.Wire;

namespace Telemetry.Bus.Kafka;

/// <summary>What the topics of a bus are called.</summary>
internal sealed class TopicNames(string prefix)
{
    /// <summary>Which generation a lifetime is in.</summary>
    public string Routes => prefix + "-routes";

    /// <summary>What could not be stored.</summary>
    public string DeadLetters => prefix + "-dead-letters";

    /// <summary>Batches of a lane.</summary>
    public string Data(Lane lane, int generation) =>
        string.Create(CultureInfo.InvariantCulture, $"{prefix}-{LaneNames.Of(lane)}-g{generation}");

    /// <summary>The committed state of those who read a lane.</summary>
    public string State(Lane lane, int generation) =>
        string.Create(CultureInfo.InvariantCulture, $"{prefix}-{LaneNames.Of(lane)}-state-g{generation}");

    /// <summary>All generations of a lane's batches, as librdkafka subscribes to them.</summary>
    public string DataPattern(Lane lane) => $"^{Regex.Escape(prefix)}-{LaneNames.Of(lane)}-g[0-9]+$";

    /// <summary>The generation of a topic with batches of a lane. False when it is none.</summary>
    public bool TryGetGeneration(string topic, Lane lane, out int generation)
    {
        generation = 0;
        var start = $"{prefix}-{LaneNames.Of(lane)}-g";
        return topic.StartsWith(start, StringComparison.Ordinal)
            && int.TryParse(topic.AsSpan(start.Length), NumberStyles.None, CultureInfo.InvariantCulture, out generation)
            && generation > 0 && topic == Data(lane, generation);
    }
}
