namespace Telemetry.Store.Elasticsearch;

/// <summary>One item of a plan.</summary>
/// <param name="Kind"><c>component template</c>, <c>index template</c>, <c>failure store of</c>, <c>retention of</c> or <c>fields of</c>.</param>
/// <param name="Name">Its name.</param>
/// <param name="Action">What is to be done.</param>
/// <param name="Diff">One line per member: <c>+ path: value</c> is wanted, <c>- path: value</c> is there.</param>
public sealed record TemplateChange(string Kind, string Name, TemplateAction Action, IReadOnlyList<string> Diff)
{
    /// <summary>True when <see cref="TemplateInstaller.ApplyAsync"/> does something.</summary>
    public bool IsDue => Action is TemplateAction.Create or TemplateAction.Update;

    /// <summary>A sentence for each thing that cannot become what is wanted.</summary>
    public IReadOnlyList<string> Conflicts { get; init; } = [];

    internal string Path { get; init; } = "";

    internal ReadOnlyMemory<byte> Body { get; init; }
}
