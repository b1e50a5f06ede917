using System.Net.Http;
using System.Net.Sockets;
using System.Security.Authentication;

namespace Telemetry.Grpc;

/// <summary>
/// Which status a broken transport stands for. HTTP/2 error codes follow PROTOCOL-HTTP2.md, "HTTP2 Transport Mapping /
/// Errors"; what never reached a server is UNAVAILABLE and may be repeated.
/// </summary>
internal static class TransportFault
{
    public static GrpcStatus ToStatus(Exception exception)
    {
        for (var e = exception; e is not null; e = e.InnerException)
        {
            switch (e)
            {
                case GrpcException known:
                    return known.Status;
                case HttpProtocolException protocol:
                    return new(FromErrorCode(protocol.ErrorCode), protocol.Message);
                case AuthenticationException authentication:
                    return new(StatusCode.Unavailable, $"The TLS handshake failed: {authentication.Message}");
                case SocketException socket:
                    return new(StatusCode.Unavailable, socket.Message);
            }
        }

        return exception switch
        {
            HttpRequestException { HttpRequestError: HttpRequestError.VersionNegotiationError } =>
                new(StatusCode.Internal, "The server does not speak HTTP/2."),
            HttpRequestException or IOException or OperationCanceledException =>
                new(StatusCode.Unavailable, exception.Message),
            _ => new(StatusCode.Internal, exception.Message),
        };
    }

    private static StatusCode FromErrorCode(long http2ErrorCode) => http2ErrorCode switch
    {
        0x0 => StatusCode.Unavailable, // NO_ERROR in a GOAWAY: the connection is going away
        0x7 => StatusCode.Unavailable, // REFUSED_STREAM: "the stream was not processed"
        0x8 => StatusCode.Cancelled, // CANCEL
        0xb => StatusCode.ResourceExhausted, // ENHANCE_YOUR_CALM
        0xc => StatusCode.PermissionDenied, // INADEQUATE_SECURITY
        _ => StatusCode.Internal,
    };
}
