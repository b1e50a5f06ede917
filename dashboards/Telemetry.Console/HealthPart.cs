namespace Telemetry.Console;

/// <summary>State of one part.</summary>
/// <param name="Name">"gateway", "indexer".</param>
/// <param name="Healthy">Whether it does its work.</param>
/// <param name="Detail">One sentence; "" when there is nothing to say.</param>
public sealed record HealthPart(string Name, bool Healthy, string Detail = "");
