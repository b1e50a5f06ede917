using Telemetry.Query;
using Telemetry.Store;

namespace Telemetry.Console.Tests;

/// <summary>The field table as KQL sees it.</summary>
internal sealed class StoreTyping : IFieldTyping
{
    public IReadOnlyList<string> DefaultFields { get; } =
        [.. Fields.All.Where(row => row.SearchedByDefault).Select(row => row.Field.Name)];

    public bool IsLowercase(string name) => FieldTyping.Instance.IsLowercase(name);

    public FieldType TypeOf(string name) => Fields.TypeOf(name);
}
