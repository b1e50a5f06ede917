namespace Telemetry.Autopsy;

/// <summary>One value of the flight recorder and when it was read, microseconds since the Unix epoch.</summary>
public readonly record struct VitalFact(double Value, long AtUnixUs);
