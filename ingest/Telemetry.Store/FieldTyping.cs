using System.Diagnostics.CodeAnalysis;
using Telemetry.Query;

namespace Telemetry.Store;

/// <summary>The fields as queries see them: the field table, and what a store holds beside it. Immutable, safe for concurrent use.</summary>
public sealed class FieldTyping : IFieldTyping
{
    /// <summary>The field table alone.</summary>
    public static readonly FieldTyping Instance = new([]);

    private readonly Dictionary<string, FieldName> _promoted;

    /// <summary>The field table and these; of a name that is given twice, the first counts.</summary>
    public FieldTyping(IEnumerable<FieldName> promoted)
    {
        _promoted = promoted.DistinctBy(field => field.Name).ToDictionary(field => field.Name, StringComparer.Ordinal);
        DefaultFields = [.. Fields.All.Where(row => row.SearchedByDefault).Select(row => row.Field.Name)];
    }

    /// <inheritdoc/>
    public IReadOnlyList<string> DefaultFields { get; }

    /// <summary>Fields that were attributes once.</summary>
    public IReadOnlyCollection<FieldName> Promoted => _promoted.Values;

    /// <summary>Finds a field of the table or a promoted one. False for free attributes and unknown names.</summary>
    public bool TryGet(string name, [NotNullWhen(true)] out FieldName? field) =>
        Fields.TryGet(name, out field) || _promoted.TryGetValue(name, out field);

    /// <inheritdoc/>
    public FieldType TypeOf(string name) => TryGet(name, out var field) ? field.Type : FieldType.Keyword;

    /// <inheritdoc/>
    public bool IsLowercase(string name) => TryGet(name, out var field) && field.IsLowercase;
}
