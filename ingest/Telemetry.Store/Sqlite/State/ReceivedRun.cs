namespace Telemetry.Store.Sqlite.State;

/// <summary>How a run of records first came.</summary>
/// <param name="Count">Records.</param>
/// <param name="Digest">Digest of its batch.</param>
/// <param name="BusUnixUs">When it came, microseconds since the Unix epoch.</param>
/// <param name="Position">Position of its entry on the bus.</param>
public readonly record struct ReceivedRun(uint Count, ulong Digest, long BusUnixUs, long Position);
