using Microsoft.AspNetCore.Http;

namespace Telemetry.Grpc.Server;

/// <summary>What is refused on the level of HTTP, before it is a call.</summary>
internal sealed record HttpRefusal(int HttpStatus, GrpcStatus Status)
{
    private static readonly HttpRefusal _version = new(StatusCodes.Status426UpgradeRequired,
        new(StatusCode.Internal, "gRPC needs HTTP/2; the request came over HTTP/1."));

    /// <summary>"If Content-Type does not begin with 'application/grpc', gRPC servers SHOULD respond with HTTP status of 415."</summary>
    private static readonly HttpRefusal _contentType = new(StatusCodes.Status415UnsupportedMediaType,
        new(StatusCode.Internal, "The content type is not application/grpc."));

    /// <summary>Null when the request is one of gRPC.</summary>
    public static HttpRefusal? Find(HttpRequest request) =>
        HttpProtocol.IsHttp11(request.Protocol) || HttpProtocol.IsHttp10(request.Protocol) ? _version
        : !HeaderNames.IsGrpcContentType(request.ContentType) ? _contentType
        : null;

    public Task WriteAsync(HttpContext context)
    {
        context.Response.StatusCode = HttpStatus;
        if (HttpStatus == StatusCodes.Status426UpgradeRequired)
        {
            context.Response.Headers.Upgrade = "HTTP/2";
        }

        GrpcAnswer.SetStatus(context.Response.Headers, Status);
        return Task.CompletedTask;
    }
}
