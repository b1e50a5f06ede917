namespace Serilog.Sinks.Grpc;

/// <summary>What a failure means; the kinds of Serilog 4's <c>LoggingFailureKind</c>.</summary>
public enum GrpcSinkFailureKind
{
    /// <summary>Nothing is lost; it is tried again.</summary>
    Temporary,

    /// <summary>Events are lost.</summary>
    Permanent,

    /// <summary>The sink has ended and not everything was acknowledged.</summary>
    Final,
}
