using System.Text.Json.Nodes;

namespace Telemetry.Tests.Support.Servers;

/// <summary>
/// Elasticsearch's <c>filter_path</c> as far as it is used: paths separated by commas, their parts by dots, <c>*</c> for any one
/// name. What is left empty is left out.
/// </summary>
internal static class AnswerFilter
{
    /// <summary>What the filter leaves of an answer; all of it when the filter is empty.</summary>
    public static JsonObject Apply(JsonObject answer, string filter) => filter.Length == 0
        ? answer
        : Keep(answer, [.. filter.Split(',').Select(path => path.Split('.'))]) as JsonObject ?? [];

    private static JsonNode? Keep(JsonNode? node, string[][] paths) => node switch
    {
        JsonObject members => KeepMembers(members, paths),
        JsonArray items => items.Select(item => Keep(item, paths)).Where(item => item is not null).ToArray() is { Length: > 0 } kept
            ? new JsonArray(kept)
            : null,
        _ => null,
    };

    private static JsonObject? KeepMembers(JsonObject members, string[][] paths)
    {
        var kept = new JsonObject();
        foreach (var (name, value) in members)
        {
            var matching = paths.Where(path => path[0] == "*" || path[0] == name).ToArray();
            var part = matching.Any(path => path.Length == 1) ? value?.DeepClone() : Keep(value, [.. matching.Select(path => path[1..])]);
            if (part is not null)
            {
                kept[name] = part;
            }
        }

        return kept.Count > 0 ? kept : null;
    }
}
