using Telemetry.Query;

namespace Telemetry.Store;

/// <summary>The field table as queries see it.</summary>
public sealed class FieldTyping : IFieldTyping
{
    /// <summary>The one there is.</summary>
    public static readonly FieldTyping Instance = new();

    private FieldTyping() =>
        DefaultFields = [.. Fields.All.Where(row => row.SearchedByDefault).Select(row => row.Field.Name)];

    /// <inheritdoc/>
    public IReadOnlyList<string> DefaultFields { get; }

    /// <inheritdoc/>
    public FieldType TypeOf(string name) => Fields.TypeOf(name);

    /// <inheritdoc/>
    public bool IsLowercase(string name) => Fields.TryGet(name, out var field) && field.IsLowercase;
}
