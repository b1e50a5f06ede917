using System.Text.Json;

namespace Telemetry.Bus.Kafka;

/// <summary>Reads from librdkafka's statistics whether a broker is connected.</summary>
internal static class BrokerStates
{
    public static bool IsAnyUp(string statisticsJson)
    {
        using var json = JsonDocument.Parse(statisticsJson);
        return json.RootElement.TryGetProperty("brokers", out var brokers)
            && brokers.EnumerateObject().Any(b => b.Value.TryGetProperty("state", out var state) && state.ValueEquals("UP"));
    }
}
