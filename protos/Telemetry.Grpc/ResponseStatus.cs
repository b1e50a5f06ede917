using System.Globalization;
using System.Net;
using System.Net.Http;
using System.Net.Http.Headers;

namespace Telemetry.Grpc;

/// <summary>Reads how a call ended from an HTTP response (PROTOCOL-HTTP2.md, "Responses").</summary>
internal static class ResponseStatus
{
    /// <summary>
    /// The status that ends the call before any message, or null when messages may follow. A grpc-status in the headers
    /// ("Trailers-Only") wins over everything, then the version, the HTTP status and the content type are looked at.
    /// </summary>
    public static GrpcStatus? FromHeaders(HttpResponseMessage response)
    {
        if (TryRead(response.Headers, out var status))
        {
            return status;
        }

        if (response.Version < HttpVersion.Version20)
        {
            return GrpcStatus.Downgraded;
        }

        if (response.StatusCode != HttpStatusCode.OK)
        {
            var code = (int)response.StatusCode;
            return new(HttpStatusMapping.ToCode(code), $"The server answered HTTP {code} without a grpc-status.");
        }

        response.Content.Headers.NonValidated.TryGetValues(HeaderNames.ContentType, out var contentType);
        if (!HeaderNames.IsGrpcContentType(contentType.ToString()))
        {
            return new(StatusCode.Unknown, "The server answered with another content type than application/grpc.");
        }

        response.Headers.NonValidated.TryGetValues(HeaderNames.GrpcEncoding, out var encoding);

        // A client that is answered in an encoding it did not offer says INTERNAL (doc/compression.md).
        return MessageEncoding.Check(encoding.ToString()) is { IsOk: false } unsupported
            ? unsupported with { Code = StatusCode.Internal }
            : null;
    }

    /// <summary>The status in the trailers; a call without one has failed.</summary>
    public static GrpcStatus FromTrailers(HttpResponseMessage response) =>
        TryRead(response.TrailingHeaders, out var status) ? status : GrpcStatus.NoStatus;

    /// <summary>Headers or trailers as metadata.</summary>
    public static Metadata ToMetadata(HttpResponseHeaders headers)
    {
        var metadata = new Metadata();
        foreach (var (name, values) in headers.NonValidated)
        {
            foreach (var value in values)
            {
                metadata.AddReceived(name, value);
            }
        }

        return metadata;
    }

    private static bool TryRead(HttpResponseHeaders headers, out GrpcStatus status)
    {
        status = GrpcStatus.BadStatus;
        if (!headers.NonValidated.TryGetValues(HeaderNames.GrpcStatus, out var values))
        {
            return false;
        }

        if (values.Count == 1
            && int.TryParse(values.ToString(), NumberStyles.None, CultureInfo.InvariantCulture, out var code))
        {
            headers.NonValidated.TryGetValues(HeaderNames.GrpcMessage, out var message);
            status = new((StatusCode)code, PercentEncoding.Decode(message.ToString()));
        }

        return true;
    }
}
