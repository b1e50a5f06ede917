using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Telemetry.Autopsy;

namespace Telemetry.Store.Elasticsearch.Lifetimes;

/// <summary>The fields of a lifetime's document that are read whole, <c>evidence</c> and <c>crashes</c>.</summary>
internal static class EvidenceText
{
    public static string Evidence(LifetimeEvidence evidence) =>
        JsonSerializer.Serialize(EvidenceRecord.From(evidence), EvidenceJson.Default.EvidenceRecord);

    public static string Crashes(LifetimeEvidence evidence) =>
        JsonSerializer.Serialize([.. evidence.Crashes], EvidenceJson.Default.ListLifetimeCrash);

    /// <exception cref="IOException">A field is not as it was written.</exception>
    public static LifetimeEvidence Read(JsonElement source) =>
        Read(source, "evidence", EvidenceJson.Default.EvidenceRecord).ToEvidence(ReadCrashes(source));

    /// <exception cref="IOException">The field is not as it was written.</exception>
    public static List<LifetimeCrash> ReadCrashes(JsonElement source) =>
        Read(source, "crashes", EvidenceJson.Default.ListLifetimeCrash);

    private static T Read<T>(JsonElement source, string name, JsonTypeInfo<T> type)
        where T : class
    {
        try
        {
            return source.TryGetProperty(name, out var text) && text.ValueKind == JsonValueKind.String
                && JsonSerializer.Deserialize(text.GetString()!, type) is { } value
                    ? value
                    : throw new IOException($"A lifetime has no {name}.");
        }
        catch (JsonException e)
        {
            throw new IOException($"The {name} of a lifetime cannot be read.", e);
        }
    }
}
