namespace Telemetry.Query;

/// <summary>What a query has to know of the fields. Safe for concurrent use.</summary>
public interface IFieldTyping
{
    /// <summary>Type of a field; of one that is not known, what it would be.</summary>
    FieldType TypeOf(string name);

    /// <summary>
    /// True when the field holds ASCII in lower case only, so that a literal means the same however it is written
    /// (Elasticsearch's lowercase normalizer).
    /// </summary>
    bool IsLowercase(string name);

    /// <summary>Where a value without a field is looked for.</summary>
    IReadOnlyList<string> DefaultFields { get; }
}
