namespace Telemetry.Grpc;

/// <summary>How a call ended, and one sentence about it; the sentence is empty for <see cref="StatusCode.Ok"/>.</summary>
/// <param name="Code">The code. A number that gRPC does not name is kept as it came.</param>
/// <param name="Message">For people; never a secret.</param>
public readonly record struct GrpcStatus(StatusCode Code, string Message)
{
    /// <summary>The call succeeded.</summary>
    public static readonly GrpcStatus Ok = new(StatusCode.Ok, "");

    /// <summary>The caller gave the call up.</summary>
    public static readonly GrpcStatus Cancelled = new(StatusCode.Cancelled, "The call was cancelled.");

    /// <summary>The call did not end in time.</summary>
    public static readonly GrpcStatus DeadlineExceeded = new(StatusCode.DeadlineExceeded, "The deadline has passed.");

    internal static readonly GrpcStatus NoStatus =
        new(StatusCode.Unknown, "The call ended without a grpc-status.");

    internal static readonly GrpcStatus BadStatus = new(StatusCode.Unknown, "The grpc-status is not one number.");

    internal static readonly GrpcStatus UnsupportedFlag =
        new(StatusCode.Internal, "A message has an unknown compression flag.");

    internal static readonly GrpcStatus FlagWithoutEncoding =
        new(StatusCode.Internal, "A message is flagged as compressed but the call names no grpc-encoding.");

    internal static readonly GrpcStatus MessageIncomplete =
        new(StatusCode.Internal, "Incomplete message: the stream ended inside or before it.");

    internal static readonly GrpcStatus MessageSurplus =
        new(StatusCode.Internal, "Additional data after the message received.");

    internal static readonly GrpcStatus HandlerFailed =
        new(StatusCode.Unknown, "The server failed to handle the call.");

    internal static readonly GrpcStatus UnknownService = new(StatusCode.Unimplemented, "Service is unimplemented.");

    internal static readonly GrpcStatus UnknownMethod = new(StatusCode.Unimplemented, "Method is unimplemented.");

    internal static readonly GrpcStatus Downgraded =
        new(StatusCode.Internal, "The server answered with an HTTP version below 2.");

    internal static readonly GrpcStatus StatusBeforeMessage =
        new(StatusCode.Internal, "The server says OK but sent no message.");

    /// <summary>True for <see cref="StatusCode.Ok"/>.</summary>
    public bool IsOk => Code == StatusCode.Ok;

    /// <summary>"UNAVAILABLE: Connection refused", with the code as gRPC prints it.</summary>
    public override string ToString() => Message is null or "" ? StatusCodeName.Of(Code) : $"{StatusCodeName.Of(Code)}: {Message}";
}
