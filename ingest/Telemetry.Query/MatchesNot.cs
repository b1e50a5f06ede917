namespace Telemetry.Query;

/// <summary>The child does not match.</summary>
internal sealed class MatchesNot(MatcherNode child) : MatcherNode
{
    public override bool Matches(IFieldValues document) => !child.Matches(document);
}
