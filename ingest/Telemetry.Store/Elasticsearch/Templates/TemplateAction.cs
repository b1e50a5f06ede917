namespace Telemetry.Store.Elasticsearch;

/// <summary>What is to be done with one item.</summary>
public enum TemplateAction
{
    /// <summary>It is not there.</summary>
    Create,

    /// <summary>It is ours, untouched, and differs from what this version wants.</summary>
    Update,

    /// <summary>It is as it should be.</summary>
    Unchanged,

    /// <summary>Someone else made or changed it: left alone.</summary>
    ChangedByUser,

    /// <summary>A newer version of ours made it: left alone.</summary>
    Newer,

    /// <summary>It holds what cannot become what is wanted: nothing of the plan is done.</summary>
    Conflict,
}
