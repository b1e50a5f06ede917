namespace Telemetry.Spool;

/// <summary>One frame read from a log.</summary>
/// <param name="Position">Where it is; what <see cref="SpoolLog.TryAppend(ReadOnlySpan{byte}, out SpoolPosition, bool)"/> gave.</param>
/// <param name="Next">Position to read from to get what follows it.</param>
/// <param name="Payload">The bytes appended, verified; valid until the next read.</param>
public readonly record struct SpoolFrame(SpoolPosition Position, SpoolPosition Next, ReadOnlyMemory<byte> Payload);
