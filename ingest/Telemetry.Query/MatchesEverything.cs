namespace Telemetry.Query;

/// <summary>The empty query and <c>*</c>.</summary>
internal sealed class MatchesEverything : MatcherNode
{
    public override bool Matches(IFieldValues document) => true;
}
