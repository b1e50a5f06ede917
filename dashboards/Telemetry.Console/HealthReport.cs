namespace Telemetry.Console;

/// <summary>State of the parts behind the console.</summary>
/// <param name="Parts">In the order in which they are shown.</param>
public sealed record HealthReport(IReadOnlyList<HealthPart> Parts)
{
    /// <summary>True when every part is.</summary>
    public bool Healthy => Parts.All(part => part.Healthy);
}

/// <summary>State of one part.</summary>
/// <param name="Name">"gateway", "indexer".</param>
/// <param name="Healthy">Whether it does its work.</param>
/// <param name="Detail">One sentence; "" when there is nothing to say.</param>
public sealed record HealthPart(string Name, bool Healthy, string Detail = "");
