namespace Telemetry.Grpc.Server;

/// <summary>What a unary handler answers: a message with OK, or a status without a message.</summary>
/// <param name="Status">How the call ended.</param>
/// <param name="Message">Sent when the status is OK; may be empty.</param>
public readonly record struct GrpcReply(GrpcStatus Status, ReadOnlyMemory<byte> Message)
{
    /// <summary>A message with OK.</summary>
    public static implicit operator GrpcReply(byte[] message) => new(GrpcStatus.Ok, message);

    /// <summary>A status without a message.</summary>
    public static implicit operator GrpcReply(GrpcStatus status) => new(status, default);
}
