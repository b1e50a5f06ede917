namespace Telemetry.Query;

/// <summary>What a query has to know of the fields. Safe for concurrent use.</summary>
public interface IFieldTyping
{
    /// <summary>Type of a field; of one that is not known, what it would be.</summary>
    FieldType TypeOf(string name);

    /// <summary>Where a value without a field is looked for.</summary>
    IReadOnlyList<string> DefaultFields { get; }
}
