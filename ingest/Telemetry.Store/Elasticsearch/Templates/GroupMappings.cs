using System.Text.Json.Nodes;
using static Telemetry.Store.Elasticsearch.Templates.PlainMapping;

namespace Telemetry.Store.Elasticsearch.Templates;

/// <summary>
/// Mappings of what summarises documents: one record a crash group, one a template of log lines, each with how often and when it was
/// seen and of which services. Whatever else a record says is read as a whole.
/// </summary>
internal static class GroupMappings
{
    /// <summary>Crash groups. A group has many signatures: one whose signature changes with a release stays the same.</summary>
    public static JsonObject Crashes() => Root(
        ("crash.group", Of("keyword")), ("crash.kind", Of("keyword")), ("crash.signatures", Of("keyword")), ("crash.title", Of("match_only_text")));

    /// <summary>Templates of log lines.</summary>
    public static JsonObject Templates() => Root(
        ("template.id", Of("keyword")), ("template.text", Of("match_only_text")), ("log.level", Of("keyword")));

    private static JsonObject Root(params ReadOnlySpan<(string Name, JsonObject Mapping)> own)
    {
        var properties = new JsonObject();
        foreach (var (name, mapping) in own)
        {
            Add(properties, name, mapping);
        }

        Add(properties, "service.name", Of("keyword"));
        Add(properties, "service.version", Of("keyword"));
        Add(properties, "seen.count", Of("long"));
        Add(properties, "seen.first", Of("date_nanos"));
        Add(properties, "seen.last", Of("date_nanos"));
        return new JsonObject { ["dynamic"] = "false", ["properties"] = properties };
    }

    private static void Add(JsonObject properties, string name, JsonObject mapping)
    {
        var dot = name.IndexOf('.', StringComparison.Ordinal);
        var parent = properties[name[..dot]] as JsonObject;
        if (parent is null)
        {
            properties[name[..dot]] = parent = new JsonObject { ["properties"] = new JsonObject() };
        }

        parent["properties"]![name[(dot + 1)..]] = mapping;
    }
}
