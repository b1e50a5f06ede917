namespace Serilog.Sinks.Grpc.Buffering;

/// <summary>A buffer at one instant.</summary>
/// <param name="Emitted">Events that came.</param>
/// <param name="EmittedBytes">Their size, encoded.</param>
/// <param name="Held">Events that are in it.</param>
/// <param name="DroppedFull">Events that did not fit.</param>
/// <param name="DroppedClosed">Events that came after its end.</param>
internal readonly record struct BufferCounts(long Emitted, long EmittedBytes, long Held, long DroppedFull, long DroppedClosed);
