namespace Telemetry.Store.Elasticsearch;

/// <summary>
/// How long Elasticsearch keeps what we store, of which whole backing indices are deleted, at the earliest then; and what it indexes
/// beside the field table.
/// </summary>
public sealed record TemplateOptions
{
    /// <summary>Lines of applications and of the kernel. 7 days.</summary>
    public TimeSpan LineRetention { get; init; } = TimeSpan.FromDays(7);

    /// <summary>Crashes and lifecycle events. 90 days.</summary>
    public TimeSpan EventRetention { get; init; } = TimeSpan.FromDays(90);

    /// <summary>Whether documents that do not fit go to the failure store, where there is one; else they are refused. True.</summary>
    public bool HasFailureStore { get; init; } = true;

    /// <summary>Attributes that become typed fields. None.</summary>
    public PromotedFields Promoted { get; init; } = PromotedFields.None;

    /// <summary>Everything that is wrong with it; empty is fine.</summary>
    public IReadOnlyList<string> Problems() =>
        LineRetention >= TimeSpan.FromHours(1) && EventRetention >= TimeSpan.FromHours(1)
            ? []
            : ["LineRetention and EventRetention have to be an hour or more"];
}
