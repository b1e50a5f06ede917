using System.Buffers.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Telemetry.Store.Elasticsearch.Reading;

/// <summary>
/// The end of a page as text: base64url of the JSON array of the shelf's key and the last hit's sort values, in the order of
/// <see cref="HitOrder.Newest"/>.
/// </summary>
internal static class ElasticCursor
{
    private const int MaxChars = 2000;

    public static string Format(long shelf, JsonElement sort)
    {
        var values = new JsonArray(shelf);
        foreach (var value in sort.EnumerateArray().Take(HitOrder.NewestValues))
        {
            values.Add(JsonNode.Parse(value.GetRawText()));
        }

        return Base64Url.EncodeToString(JsonSerializer.SerializeToUtf8Bytes(values));
    }

    /// <summary>Does not throw; false for what <see cref="Format"/> did not write.</summary>
    public static bool TryParse(string text, out long shelf, out JsonArray after)
    {
        (shelf, after) = (0, []);
        if (text.Length > MaxChars || !Base64Url.IsValid(text))
        {
            return false;
        }

        try
        {
            if (JsonNode.Parse(Base64Url.DecodeFromChars(text)) is not JsonArray { Count: HitOrder.NewestValues + 1 } values
                || values[0] is not JsonValue key || !key.TryGetValue(out shelf))
            {
                return false;
            }

            for (var i = 1; i < values.Count; i++)
            {
                if (!Fits(i - 1, values[i]))
                {
                    return false;
                }

                after.Add(values[i]?.DeepClone());
            }

            return true;
        }
        catch (JsonException)
        {
            return false;
        }
    }

    // Elasticsearch refuses a whole search for a value that is none of the field's type.
    private static bool Fits(int column, JsonNode? node) => column switch
    {
        0 => IsTime(node),
        4 => node is null || node is JsonValue number && number.TryGetValue<long>(out _),
        5 => node is null || IsTime(node),
        _ => node is null || node is JsonValue text && text.TryGetValue<string>(out _),
    };

    private static bool IsTime(JsonNode? node) =>
        node is JsonValue text && text.TryGetValue<string>(out var time) && StoredTime.TryParse(time, out _) && time.EndsWith('Z');
}
