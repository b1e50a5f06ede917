namespace Telemetry.Console;

/// <summary>State of the parts behind the console.</summary>
/// <param name="Parts">In the order in which they are shown.</param>
public sealed record HealthReport(IReadOnlyList<HealthPart> Parts)
{
    /// <summary>True when every part is.</summary>
    public bool Healthy => Parts.All(part => part.Healthy);
}
