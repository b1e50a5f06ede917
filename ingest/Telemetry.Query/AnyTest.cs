namespace Telemetry.Query;

/// <summary>Some test of several is satisfied; at least two, none of them <see cref="NoValue"/>.</summary>
public sealed record AnyTest(IReadOnlyList<ValueTest> Tests) : ValueTest
{
    /// <inheritdoc/>
    public override bool Matches(long value)
    {
        for (var i = 0; i < Tests.Count; i++)
        {
            if (Tests[i].Matches(value))
            {
                return true;
            }
        }

        return false;
    }

    /// <inheritdoc/>
    public override bool Matches(double value)
    {
        for (var i = 0; i < Tests.Count; i++)
        {
            if (Tests[i].Matches(value))
            {
                return true;
            }
        }

        return false;
    }
}
