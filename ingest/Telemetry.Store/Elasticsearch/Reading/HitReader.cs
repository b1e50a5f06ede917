using System.Text.Json;
using Telemetry.Query;
using Telemetry.Store.Elasticsearch.Templates;
using Telemetry.Wire;

namespace Telemetry.Store.Elasticsearch.Reading;

/// <summary>
/// Makes a document of a hit. Names come back dotted or as objects, depending on how the source is kept. What has no identity
/// of ours is none of our documents, and is told of.
/// </summary>
internal static class HitReader
{
    /// <summary>Documents of the hits, in order.</summary>
    public static List<StoredDocument> ReadAll(IEnumerable<JsonElement> hits, FieldTyping types, ICollection<string> incomplete)
    {
        var documents = new List<StoredDocument>();
        foreach (var hit in hits)
        {
            if (TryRead(hit, types, out var document))
            {
                documents.Add(document);
            }
            else
            {
                incomplete.Add($"{hit.GetProperty("_index"u8).GetString()}: document {hit.GetProperty("_id"u8).GetString()} has no identity");
            }
        }

        return documents;
    }

    private static bool TryRead(JsonElement hit, FieldTyping types, out StoredDocument document)
    {
        document = null!;
        var values = new Dictionary<string, List<object>>(StringComparer.Ordinal);
        if (!hit.TryGetProperty("_source"u8, out var source) || !DocumentId.TryParse(hit.GetProperty("_id"u8).GetString(), out var id))
        {
            return false;
        }

        Collect(source, "", types, values);
        if (!LifetimeId.TryParse(First(values, Fields.LifetimeIdField), out var lifetime)
            || !StreamId.TryParse(First(values, Fields.TelemetryStream), out var stream)
            || !StreamId.TryParse(First(values, Fields.TelemetryEpoch), out var epoch)
            || !values.TryGetValue(Fields.EventSequence.Name, out var sequence) || sequence[0] is not long seq
            || !StoredTime.TryParse(First(values, Fields.Timestamp), out var timestamp))
        {
            return false;
        }

        values.Remove(Fields.Timestamp.Name);
        List<KeyValuePair<string, object>> fields =
            [.. values.Select(field => KeyValuePair.Create(field.Key, field.Value is [var single] ? single : field.Value.ToArray()))];
        fields.Sort(static (x, y) => DottedOrder.Compare(x.Key, y.Key));
        document = new StoredDocument(id, new RecordId(lifetime, stream, new Epoch(epoch.Value), (ulong)seq), timestamp, fields);
        return true;
    }

    private static string? First(Dictionary<string, List<object>> values, FieldName field) =>
        values.TryGetValue(field.Name, out var found) ? found[0] as string : null;

    private static void Collect(JsonElement element, string name, FieldTyping types, Dictionary<string, List<object>> values)
    {
        switch (element.ValueKind)
        {
            case JsonValueKind.Object:
                foreach (var property in element.EnumerateObject())
                {
                    Collect(property.Value, name.Length == 0 ? property.Name : $"{name}.{property.Name}", types, values);
                }

                break;
            case JsonValueKind.Array:
                foreach (var item in element.EnumerateArray())
                {
                    Collect(item, name, types, values);
                }

                break;
            case JsonValueKind.Null:
                break;
            default:
                Add(element, name, types, values);
                break;
        }
    }

    private static void Add(JsonElement element, string name, FieldTyping types, Dictionary<string, List<object>> values)
    {
        if (name is ElasticMappings.LabelNames or HoldMappings.HeldFrom || name.StartsWith(ElasticWords.Prefix, StringComparison.Ordinal))
        {
            return;
        }

        if (!values.TryGetValue(name, out var list))
        {
            values.Add(name, list = []);
        }

        list.Add(Value(element, types.TypeOf(name)));
    }

    private static object Value(JsonElement element, FieldType type) => (type, element.ValueKind) switch
    {
        (FieldType.Long, JsonValueKind.Number) when element.TryGetInt64(out var number) => number,
        (FieldType.Double, JsonValueKind.Number) => element.GetDouble(),
        (FieldType.Boolean, JsonValueKind.True or JsonValueKind.False) => element.GetBoolean(),
        (FieldType.Date, JsonValueKind.String) when StoredTime.TryParse(element.GetString(), out var time) => Rfc3339.Format(time),
        _ => element.ToString(),
    };
}
