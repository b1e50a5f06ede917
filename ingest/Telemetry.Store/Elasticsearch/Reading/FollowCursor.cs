using System.Buffers.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Telemetry.Store.Elasticsearch.Reading;

/// <summary>How far each shard was followed: base64url of <c>{"INDEX/SHARD":[next,gap,gapUnixMs],…}</c>.</summary>
internal static class FollowCursor
{
    private const int MaxChars = 100_000;

    public static string Format(IReadOnlyDictionary<ShardName, ShardPlace> places) =>
        Base64Url.EncodeToString(JsonSerializer.SerializeToUtf8Bytes(new JsonObject(places.Select(place =>
            KeyValuePair.Create(place.Key.ToString(), (JsonNode?)new JsonArray(place.Value.Next, place.Value.Gap, place.Value.GapUnixMs))))));

    /// <summary>Does not throw; false for what <see cref="Format"/> did not write.</summary>
    public static bool TryParse(string text, out Dictionary<ShardName, ShardPlace> places)
    {
        places = [];
        if (text.Length > MaxChars || !Base64Url.IsValid(text))
        {
            return false;
        }

        try
        {
            if (JsonNode.Parse(Base64Url.DecodeFromChars(text)) is not JsonObject all)
            {
                return false;
            }

            foreach (var (key, value) in all)
            {
                if (!ShardName.TryParse(key, out var name) || value is not JsonArray { Count: 3 } numbers
                    || !TryLong(numbers[0], out var next) || !TryLong(numbers[1], out var gap) || !TryLong(numbers[2], out var since))
                {
                    return false;
                }

                places[name] = new ShardPlace(next, gap, since);
            }

            return true;
        }
        catch (Exception e) when (e is JsonException or ArgumentException)
        {
            return false;
        }
    }

    private static bool TryLong(JsonNode? node, out long number)
    {
        number = 0;
        return node is JsonValue value && value.TryGetValue(out number);
    }
}
