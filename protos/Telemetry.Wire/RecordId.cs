namespace Telemetry.Wire;

/// <summary>The identity of one record, minted on the server.</summary>
public readonly record struct RecordId(LifetimeId Lifetime, StreamId Stream, Epoch Epoch, ulong Seq);
