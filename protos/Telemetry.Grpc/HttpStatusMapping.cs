namespace Telemetry.Grpc;

/// <summary>
/// What an HTTP status without a grpc-status means (grpc/grpc doc/http-grpc-status-mapping.md); 431 is what Kestrel answers
/// when the headers are too large.
/// </summary>
internal static class HttpStatusMapping
{
    public static StatusCode ToCode(int httpStatus) => httpStatus switch
    {
        400 or 431 => StatusCode.Internal,
        401 => StatusCode.Unauthenticated,
        403 => StatusCode.PermissionDenied,
        404 => StatusCode.Unimplemented,
        429 or 502 or 503 or 504 => StatusCode.Unavailable,
        _ => StatusCode.Unknown,
    };
}
