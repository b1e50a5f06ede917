using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Telemetry.Grpc.Server;

/// <summary>
/// The gRPC methods of a server; <see cref="InvokeAsync"/> is a <see cref="RequestDelegate"/>. Methods are mapped before the
/// first call; calls are concurrent. Paths are compared as they are: "gRPC is case-sensitive" (PROTOCOL-HTTP2.md, "Path").
/// </summary>
public sealed class GrpcEndpoints(GrpcServerOptions options, ILogger<GrpcEndpoints> logger)
{
    private readonly Dictionary<string, GrpcMethod> _methods = new(StringComparer.Ordinal);
    private readonly HashSet<string> _services = new(StringComparer.Ordinal);

    /// <summary>Maps a call that streams both ways, "/package.Service/Method". It has no deadline but its client's.</summary>
    public void MapGrpcDuplex(string path, GrpcDuplexHandler handler) => Map(path, new GrpcMethod(handler, IsUnary: false));

    /// <summary>Maps a call of one message and one answer, "/package.Service/Method".</summary>
    public void MapGrpcUnary(string path, GrpcUnaryHandler handler) => Map(path, new GrpcMethod(
        async call =>
        {
            var reply = await handler(await call.ReadSingleAsync(), call);
            if (reply.Status.IsOk)
            {
                await call.WriteAsync(reply.Message, call.Cancelled);
            }

            return reply.Status;
        },
        IsUnary: true));

    /// <summary>Answers one HTTP request. Does not throw but for faults of Kestrel itself.</summary>
    public Task InvokeAsync(HttpContext context)
    {
        if (HttpRefusal.Find(context.Request) is { } refusal)
        {
            return refusal.WriteAsync(context);
        }

        var path = context.Request.Path.Value ?? "";
        if (!HttpMethods.IsPost(context.Request.Method) || !_methods.TryGetValue(path, out var method))
        {
            return GrpcAnswer.WriteStatusAsync(context, IsKnownService(path) ? GrpcStatus.UnknownMethod : GrpcStatus.UnknownService);
        }

        return new CallRunner(context, method, options, logger).RunAsync();
    }

    private void Map(string path, GrpcMethod method)
    {
        if (path.Length < 4 || path[0] != '/' || path.LastIndexOf('/') is var slash && (slash < 2 || slash == path.Length - 1))
        {
            throw new ArgumentException($"'{path}' is no path of a gRPC method, \"/package.Service/Method\".", nameof(path));
        }

        _methods.Add(path, method);
        _services.Add(path[..slash]);
    }

    private bool IsKnownService(string path) =>
        path.LastIndexOf('/') is var slash and > 0 && _services.Contains(path[..slash]);
}
