using System.Text.Json;

namespace Telemetry.Cli.Rendering;

/// <summary>Reads answers without a class for each; what is absent or null is null.</summary>
internal static class JsonFields
{
    private static readonly JsonSerializerOptions Readable =
        new() { Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>A value as text, the first one of a list.</summary>
    public static string? Text(JsonElement json, params ReadOnlySpan<string> path)
    {
        foreach (var name in path)
        {
            if (json.ValueKind != JsonValueKind.Object || !json.TryGetProperty(name, out json))
            {
                return null;
            }
        }

        return json.ValueKind switch
        {
            JsonValueKind.Null => null,
            JsonValueKind.Array => json.GetArrayLength() > 0 ? json[0].ToString() : null,
            _ => json.ToString(),
        };
    }

    /// <summary>The items of a list; none when it is absent.</summary>
    public static IEnumerable<JsonElement> Items(JsonElement json, string name) =>
        json.TryGetProperty(name, out var list) && list.ValueKind == JsonValueKind.Array ? list.EnumerateArray() : [];

    /// <summary>The value in one line, whatever the server's layout, and with nothing in it that steers a terminal.</summary>
    public static string OneLine(JsonElement json) => VisibleText.OfJson(
        json.GetRawText() is var raw && raw.Contains('\n') ? JsonSerializer.Serialize(json, Readable) : raw);
}
