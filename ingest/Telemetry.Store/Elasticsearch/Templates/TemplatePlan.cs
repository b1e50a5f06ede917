namespace Telemetry.Store.Elasticsearch;

/// <summary>What an installation would do.</summary>
/// <param name="Version">The server's.</param>
/// <param name="Changes">All items, also those that are as they should be, in the order in which they are applied.</param>
public sealed record TemplatePlan(ElasticVersion Version, IReadOnlyList<TemplateChange> Changes)
{
    /// <summary>True when applying does something.</summary>
    public bool IsDue => Changes.Any(change => change.IsDue);
}
