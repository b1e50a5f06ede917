namespace Telemetry.Query;

/// <summary>One node of a compiled query.</summary>
internal abstract class MatcherNode
{
    public abstract bool Matches(IFieldValues document);
}
