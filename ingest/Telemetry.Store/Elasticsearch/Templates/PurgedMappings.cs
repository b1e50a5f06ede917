using System.Text.Json.Nodes;
using static Telemetry.Store.Elasticsearch.Templates.PlainMapping;

namespace Telemetry.Store.Elasticsearch.Templates;

/// <summary>Mapping of what was purged: records of one epoch of a stream each.</summary>
internal static class PurgedMappings
{
    public static JsonObject Notes() => new()
    {
        ["dynamic"] = "strict",
        ["properties"] = new JsonObject
        {
            ["lifetime"] = Of("keyword"), ["stream"] = Of("keyword"), ["epoch"] = Of("keyword"), ["crashes"] = Of("keyword"),
            ["ranges"] = Kept("long"), ["detail"] = Kept("keyword"), ["at_us"] = Of("long"),
        },
    };
}
