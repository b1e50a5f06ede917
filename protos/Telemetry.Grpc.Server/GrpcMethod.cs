namespace Telemetry.Grpc.Server;

/// <summary>A mapped method.</summary>
internal sealed record GrpcMethod(GrpcDuplexHandler Handler, bool IsUnary);
