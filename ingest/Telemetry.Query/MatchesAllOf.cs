namespace Telemetry.Query;

/// <summary>All children match.</summary>
internal sealed class MatchesAllOf(MatcherNode[] children) : MatcherNode
{
    public override bool Matches(IFieldValues document)
    {
        foreach (var child in children)
        {
            if (!child.Matches(document))
            {
                return false;
            }
        }

        return true;
    }
}
