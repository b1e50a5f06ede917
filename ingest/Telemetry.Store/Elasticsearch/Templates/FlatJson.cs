using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;

namespace Telemetry.Store.Elasticsearch.Templates;

/// <summary>
/// JSON as a sorted list of <c>path: value</c>, in which what Elasticsearch gives back equals what it was given: it nests dotted
/// settings, makes strings of their values, and adds a few defaults.
/// </summary>
internal static class FlatJson
{
    // What Elasticsearch adds to every data stream template.
    private static readonly string[] Defaults = ["data_stream.hidden: false", "data_stream.allow_custom_routing: false"];

    /// <summary>One line per value, without <c>_meta</c> and what Elasticsearch keeps for itself.</summary>
    public static SortedDictionary<string, string> Of(JsonObject content)
    {
        var lines = new SortedDictionary<string, string>(StringComparer.Ordinal);
        foreach (var (name, value) in content)
        {
            if (name is not ("_meta" or "version" or "created_date" or "created_date_millis" or "modified_date" or "modified_date_millis"))
            {
                Add(lines, name, value);
            }
        }

        foreach (var line in Defaults)
        {
            var colon = line.IndexOf(':', StringComparison.Ordinal);
            if (lines.TryGetValue(line[..colon], out var value) && value == line[(colon + 2)..])
            {
                lines.Remove(line[..colon]);
                lines.TryAdd("data_stream", "{}");
            }
        }

        return lines;
    }

    /// <summary>First 128 bits of SHA-256 over the lines, hexadecimal.</summary>
    public static string Hash(SortedDictionary<string, string> lines)
    {
        var text = string.Join('\n', lines.Select(line => $"{line.Key}: {line.Value}"));
        return Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)).AsSpan(0, 16));
    }

    /// <summary>What has to go (<c>-</c>) and come (<c>+</c>) for one to become the other.</summary>
    public static IReadOnlyList<string> Diff(SortedDictionary<string, string> there, SortedDictionary<string, string> wanted)
    {
        List<string> diff = [];
        foreach (var path in there.Keys.Union(wanted.Keys).Order(StringComparer.Ordinal))
        {
            there.TryGetValue(path, out var before);
            wanted.TryGetValue(path, out var after);
            if (before == after)
            {
                continue;
            }

            if (before is not null)
            {
                diff.Add($"- {path}: {before}");
            }

            if (after is not null)
            {
                diff.Add($"+ {path}: {after}");
            }
        }

        return diff;
    }

    private static void Add(SortedDictionary<string, string> lines, string path, JsonNode? node)
    {
        switch (node)
        {
            case JsonObject { Count: > 0 } members:
                foreach (var (name, value) in members)
                {
                    Add(lines, $"{path}.{name}", value);
                }

                break;
            case JsonObject:
                lines[path] = "{}";
                break;
            case JsonArray array:
                lines[path] = $"[{string.Join(", ", array.Select(item => item?.ToString()))}]";
                break;
            default:
                lines[path] = node?.ToString() ?? "null";
                break;
        }
    }
}
