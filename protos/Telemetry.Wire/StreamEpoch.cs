namespace Telemetry.Wire;

/// <summary>What a sequence number counts in: within it <c>seq</c> is contiguous from 0.</summary>
public readonly record struct StreamEpoch(LifetimeId Lifetime, StreamId Stream, Epoch Epoch);
