namespace Telemetry.Query;

/// <summary>Some child matches.</summary>
internal sealed class MatchesAnyOf(MatcherNode[] children) : MatcherNode
{
    public override bool Matches(IFieldValues document)
    {
        foreach (var child in children)
        {
            if (child.Matches(document))
            {
                return true;
            }
        }

        return false;
    }
}
