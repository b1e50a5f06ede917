namespace Telemetry.Benchmarks.Sinks;

/// <summary>Most resident bytes above idle, idle, and where the events went.</summary>
internal sealed record AwayResult(long Bytes, long Idle, long Buffered, long Dropped);
