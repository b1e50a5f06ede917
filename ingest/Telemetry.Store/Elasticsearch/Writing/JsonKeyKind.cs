namespace Telemetry.Store.Elasticsearch.Writing;

/// <summary>What stands behind a key.</summary>
internal enum JsonKeyKind
{
    /// <summary>The values of a field.</summary>
    Field,

    /// <summary>The words of a text field.</summary>
    Words,

    /// <summary>A free attribute, within the object of all.</summary>
    Label,

    /// <summary>All free attributes.</summary>
    Labels,

    /// <summary>The names of all free attributes.</summary>
    LabelNames,
}
