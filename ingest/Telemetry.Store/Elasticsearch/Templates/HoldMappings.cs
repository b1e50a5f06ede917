using System.Text.Json.Nodes;
using static Telemetry.Store.Elasticsearch.Templates.PlainMapping;

namespace Telemetry.Store.Elasticsearch.Templates;

/// <summary>Mappings of what keeps lifetimes from retention.</summary>
internal static class HoldMappings
{
    /// <summary>In a copy: the backing index that the document was copied from. No document of a stream has it.</summary>
    public const string HeldFrom = "telemetry.held_from";

    /// <summary>The index of holds: one document a held lifetime, whose id is the lifetime's.</summary>
    public static JsonObject Holds() => new()
    {
        ["dynamic"] = "strict",
        ["properties"] = new JsonObject
        {
            ["lifetime"] = Of("keyword"),
            ["reason"] = Kept(),
            ["by"] = Kept(),
            ["since_us"] = Of("long"),
            ["released"] = Of("boolean"),
        },
    };

    /// <summary>What copies have beyond the fields of documents.</summary>
    public static JsonObject Copies() => new()
    {
        ["properties"] = new JsonObject
        {
            ["telemetry"] = new JsonObject { ["properties"] = new JsonObject { ["held_from"] = Of("keyword") } },
        },
    };
}
