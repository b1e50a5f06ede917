namespace Serilog.Sinks.Grpc;

/// <summary>An event of an audit log was not acknowledged. It may arrive all the same, when only the acknowledgement was missing.</summary>
public sealed class GrpcSinkException : Exception
{
    /// <summary>Without a reason.</summary>
    public GrpcSinkException()
    {
    }

    /// <summary>With its reason, in a sentence.</summary>
    public GrpcSinkException(string message)
        : base(message)
    {
    }

    /// <summary>With its reason and what caused it.</summary>
    public GrpcSinkException(string message, Exception innerException)
        : base(message, innerException)
    {
    }
}
