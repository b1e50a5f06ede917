using Telemetry.Shipping.Lanes;

namespace Telemetry.Shipping.Sending;

/// <summary>For logs of what cannot be read again: there are no plans in them.</summary>
internal sealed class NoPlans : IPlanReader
{
    public static readonly NoPlans Instance = new();

    private NoPlans()
    {
    }

    public bool TryRead(Plan plan, BatchMessage output, out string problem)
    {
        problem = "Nothing here is read from files.";
        return false;
    }

    public void Abandon(Plan plan)
    {
    }
}
