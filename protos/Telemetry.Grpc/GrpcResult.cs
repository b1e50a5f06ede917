namespace Telemetry.Grpc;

/// <summary>What a unary call came to.</summary>
/// <param name="Status">How it ended. Failures are values: nothing is thrown for them.</param>
/// <param name="Message">The answer; empty unless the status is OK.</param>
/// <param name="Headers">What the server sent before the message.</param>
/// <param name="Trailers">What it sent after it.</param>
public sealed record GrpcResult(GrpcStatus Status, ReadOnlyMemory<byte> Message, Metadata Headers, Metadata Trailers);
