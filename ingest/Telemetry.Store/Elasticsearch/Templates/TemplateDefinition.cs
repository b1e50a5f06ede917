using System.Text.Json.Nodes;

namespace Telemetry.Store.Elasticsearch.Templates;

/// <summary>A template as we want it, without <c>_meta</c>.</summary>
/// <param name="IsComponent">Component or index template.</param>
/// <param name="Name">Its name.</param>
/// <param name="Content">Everything but <c>_meta</c>.</param>
internal sealed record TemplateDefinition(bool IsComponent, string Name, JsonObject Content)
{
    public string Path => $"/{(IsComponent ? "_component_template" : "_index_template")}/{Name}";

    /// <summary>Member of the answer that lists templates, and of its entries.</summary>
    public string Member => IsComponent ? "component_template" : "index_template";

    public string Kind => IsComponent ? "component template" : "index template";
}
