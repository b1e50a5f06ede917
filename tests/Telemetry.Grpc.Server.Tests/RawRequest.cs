using System.Net;
using System.Net.Http;
using System.Net.Http.Headers;

namespace Telemetry.Grpc.Server.Tests;

/// <summary>Sends bytes as they are, in DATA frames as the test cuts them, and reads the whole answer.</summary>
internal static class RawRequest
{
    public static async Task<RawAnswer> SendAsync(GrpcTestServer server, string path, byte[][] frames,
        string? contentType = "application/grpc", HttpMethod? method = null, Version? version = null,
        Action<HttpRequestHeaders>? headers = null)
    {
        using var handler = new SocketsHttpHandler { UseProxy = false };
        using var invoker = new HttpMessageInvoker(handler);
        using var request = new HttpRequestMessage(method ?? HttpMethod.Post, new Uri(server.Address, path))
        {
            Version = version ?? HttpVersion.Version20,
            VersionPolicy = HttpVersionPolicy.RequestVersionExact,
            Content = method == HttpMethod.Get ? null : new FramesContent(frames),
        };
        if (contentType is not null && request.Content is not null)
        {
            request.Content.Headers.TryAddWithoutValidation("content-type", contentType);
        }

        headers?.Invoke(request.Headers);
        using var deadline = new CancellationTokenSource(TimeSpan.FromSeconds(10));
        using var response = await invoker.SendAsync(request, deadline.Token);
        var body = await response.Content.ReadAsByteArrayAsync(deadline.Token);
        return new((int)response.StatusCode, Find(response, "grpc-status"), Find(response, "grpc-message"), body,
            response.TrailingHeaders.Contains("grpc-status"), string.Join(", ", response.Headers.Upgrade));
    }

    private static string? Find(HttpResponseMessage response, string name) =>
        response.Headers.TryGetValues(name, out var header) ? header.Single()
        : response.TrailingHeaders.TryGetValues(name, out var trailer) ? trailer.Single()
        : null;

    private sealed class FramesContent(byte[][] frames) : HttpContent
    {
        protected override async Task SerializeToStreamAsync(Stream stream, TransportContext? context)
        {
            foreach (var frame in frames)
            {
                await stream.WriteAsync(frame);
                await stream.FlushAsync();
            }
        }

        protected override bool TryComputeLength(out long length)
        {
            length = 0;
            return false;
        }
    }
}

internal sealed record RawAnswer(int Http, string? Status, string? Message, byte[] Body, bool InTrailers, string Upgrade);
