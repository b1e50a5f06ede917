using System.Text.Json.Nodes;
using static Telemetry.Store.Elasticsearch.Templates.PlainMapping;

namespace Telemetry.Store.Elasticsearch.Templates;

/// <summary>Mapping of what says that a record was stored after all: its identity, under the id of its document.</summary>
internal static class RetriedMappings
{
    public static JsonObject Marks() => new()
    {
        ["dynamic"] = "strict",
        ["properties"] = new JsonObject
        {
            ["lifetime"] = Of("keyword"), ["stream"] = Of("keyword"), ["epoch"] = Of("keyword"), ["seq"] = Of("long"),
        },
    };
}
