namespace Telemetry.Grpc;

/// <summary>A call ended with a status other than OK where there was no other way to say so.</summary>
public sealed class GrpcException : Exception
{
    /// <summary>Carries a status.</summary>
    public GrpcException(GrpcStatus status, Exception? inner = null)
        : base(status.ToString(), inner) => Status = status;

    /// <summary>How the call ended.</summary>
    public GrpcStatus Status { get; }
}
