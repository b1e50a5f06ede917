using System.Globalization;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace Telemetry.Grpc.Server;

/// <summary>Writes how a call ended (PROTOCOL-HTTP2.md, "Responses").</summary>
internal static class GrpcAnswer
{
    /// <summary>
    /// Ends the response: with trailers when it has begun, else with headers only ("Trailers-Only"). The status goes out also
    /// when it is OK.
    /// </summary>
    public static async Task WriteStatusAsync(HttpContext context, GrpcStatus status, Metadata? trailers = null)
    {
        var response = context.Response;
        IHeaderDictionary destination;
        if (response.HasStarted)
        {
            destination = context.Features.GetRequiredFeature<IHttpResponseTrailersFeature>().Trailers;
        }
        else
        {
            response.ContentType = HeaderNames.GrpcContentType;
            response.Headers[HeaderNames.GrpcAcceptEncoding] = MessageEncoding.Accepted;
            destination = response.Headers;
        }

        foreach (var (name, value) in trailers ?? [])
        {
            destination.Append(name, value);
        }

        SetStatus(destination, status);
        await response.CompleteAsync();
    }

    public static void SetStatus(IHeaderDictionary headers, GrpcStatus status)
    {
        headers[HeaderNames.GrpcStatus] = ((int)status.Code).ToString(CultureInfo.InvariantCulture);
        if (status.Message is { Length: > 0 } message)
        {
            headers[HeaderNames.GrpcMessage] = PercentEncoding.Encode(message);
        }
    }
}
