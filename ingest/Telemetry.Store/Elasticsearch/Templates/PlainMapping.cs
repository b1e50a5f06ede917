using System.Text.Json.Nodes;

namespace Telemetry.Store.Elasticsearch.Templates;

/// <summary>Mapping of one field of our plain indices.</summary>
internal static class PlainMapping
{
    /// <summary>A field that is searched.</summary>
    public static JsonObject Of(string type) => new() { ["type"] = type };

    /// <summary>A field that is only read with its document.</summary>
    public static JsonObject Kept(string type = "keyword") => new() { ["type"] = type, ["index"] = false, ["doc_values"] = false };
}
