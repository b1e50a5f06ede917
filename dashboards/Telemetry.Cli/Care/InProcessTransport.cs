using System.Net;
using Microsoft.AspNetCore.Http;

namespace Telemetry.Cli.Care;

/// <summary>Answers requests by an endpoint of this process, without a network: what works on a server works the same without one.</summary>
internal sealed class InProcessTransport(RequestDelegate endpoint) : HttpMessageHandler
{
    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        var body = new MemoryStream();
        var context = new DefaultHttpContext { RequestAborted = cancellationToken };
        context.Request.Method = request.Method.Method;
        context.Request.ContentType = request.Content?.Headers.ContentType?.ToString();
        context.Request.Body = request.Content is { } content ? await content.ReadAsStreamAsync(cancellationToken) : Stream.Null;
        context.Response.Body = body;
        await endpoint(context);
        return new HttpResponseMessage((HttpStatusCode)context.Response.StatusCode) { Content = new ByteArrayContent(body.ToArray()) };
    }
}
