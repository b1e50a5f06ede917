namespace Telemetry.Grpc;

/// <summary>Names and fixed values of PROTOCOL-HTTP2.md.</summary>
internal static class HeaderNames
{
    public const string Authorization = "authorization";
    public const string ContentType = "content-type";
    public const string GrpcAcceptEncoding = "grpc-accept-encoding";
    public const string GrpcEncoding = "grpc-encoding";
    public const string GrpcMessage = "grpc-message";
    public const string GrpcStatus = "grpc-status";
    public const string GrpcTimeout = "grpc-timeout";
    public const string Te = "te";
    public const string Trailers = "trailers";
    public const string UserAgent = "user-agent";

    public const string GrpcContentType = "application/grpc";
    public const string Identity = "identity";

    /// <summary>
    /// Equal to or starting with "application/grpc", followed by the end, <c>;</c> or <c>+</c>: "application/grpc-web" is another
    /// protocol (PROTOCOL-HTTP2.md, "Content-Type").
    /// </summary>
    public static bool IsGrpcContentType(string? value) =>
        value is not null
        && value.StartsWith(GrpcContentType, StringComparison.OrdinalIgnoreCase)
        && (value.Length == GrpcContentType.Length || value[GrpcContentType.Length] is ';' or '+');
}
