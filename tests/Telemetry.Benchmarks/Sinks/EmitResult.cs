namespace Telemetry.Benchmarks.Sinks;

/// <summary>Nanoseconds of <c>Emit</c> and of a whole log call, bytes of a whole log call, and how many iterations were timed.</summary>
internal sealed record EmitResult(double P50, double P99, double CallP50, double CallBytes, int Samples);
