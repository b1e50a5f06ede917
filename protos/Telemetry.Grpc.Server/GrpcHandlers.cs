using System.Buffers;

namespace Telemetry.Grpc.Server;

/// <summary>
/// Handles a call that streams both ways and returns how it ended. A <see cref="GrpcException"/> ends it with its status,
/// any other exception with UNKNOWN and a fixed text.
/// </summary>
public delegate ValueTask<GrpcStatus> GrpcDuplexHandler(GrpcServerCall call);

/// <summary>Handles a call of one message and one answer. <paramref name="request"/> is valid until the handler returns.</summary>
public delegate ValueTask<GrpcReply> GrpcUnaryHandler(ReadOnlySequence<byte> request, GrpcServerCall call);
