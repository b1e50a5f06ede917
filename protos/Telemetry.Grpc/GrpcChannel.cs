using System.Buffers;
using System.Net;
using System.Net.Http;
using System.Net.Sockets;

namespace Telemetry.Grpc;

/// <summary>
/// A connection to one gRPC server over HTTP/2, opened with the first call and again after it broke. Calls of one channel
/// share a connection; two channels never do. Safe for concurrent use.
/// </summary>
/// <remarks>
/// There is no usable HTTP/2 ping on the client side (dotnet/runtime#120179): a peer that vanishes without a FIN is noticed
/// by nobody below. A call that stays open needs a deadline of its own on the peer's answers, such as the age of the oldest
/// unacknowledged batch.
/// </remarks>
public sealed class GrpcChannel : IAsyncDisposable
{
    private readonly GrpcChannelOptions _options;
    private readonly HttpMessageInvoker _invoker;
    private readonly Uri _authority;

    /// <summary>Prepares the channel; nothing is connected yet. Throws <see cref="ArgumentException"/> for a bad option.</summary>
    public GrpcChannel(GrpcChannelOptions options)
    {
        options.ThrowIfInvalid();
        _options = options;
        _authority = options.Address.Scheme == GrpcChannelOptions.UnixScheme ? new Uri("http://localhost") : options.Address;
        _invoker = new HttpMessageInvoker(CreateHandler(options));
    }

    /// <summary>
    /// Opens a call that streams both ways. <paramref name="method"/> is "/package.Service/Method". Returns at once; how
    /// connecting went shows in the first read or write.
    /// </summary>
    public DuplexCall OpenDuplex(string method, GrpcCallOptions options) =>
        new(_invoker, CreateRequest(method, options), options, _options);

    /// <summary>
    /// Sends one message and takes one. Throws only <see cref="OperationCanceledException"/>, when
    /// <paramref name="cancel"/> ends the call.
    /// </summary>
    public async ValueTask<GrpcResult> UnaryAsync(
        string method, ReadOnlyMemory<byte> request, GrpcCallOptions options, CancellationToken cancel)
    {
        var call = OpenDuplex(method, options);

        // Read while it is sent: a server may answer before it has read, and then resets what is still on its way.
        var sending = SendOnlyAsync(call, request, cancel);
        var message = ReadOnlyMemory<byte>.Empty;
        var messages = 0;
        try
        {
            while (await call.ReadAsync(cancel))
            {
                if (++messages > 1)
                {
                    return new(GrpcStatus.MessageSurplus, default, call.Headers, call.Trailers);
                }

                message = call.Current.ToArray();
            }
        }
        finally
        {
            await call.DisposeAsync();
            await sending;
        }

        // An OK without a message is none (G35 of the checklist; grpc-dotnet says the same).
        var status = call.Status.IsOk && messages == 0 ? GrpcStatus.StatusBeforeMessage : call.Status;
        return new(status, status.IsOk ? message : default, call.Headers, call.Trailers);
    }

    /// <summary>Closes the connection; calls that are open end with UNAVAILABLE or CANCELLED.</summary>
    public ValueTask DisposeAsync()
    {
        _invoker.Dispose();
        return ValueTask.CompletedTask;
    }

    private static async Task SendOnlyAsync(DuplexCall call, ReadOnlyMemory<byte> message, CancellationToken cancel)
    {
        try
        {
            await call.WriteAsync(message, cancel);
            await call.CompleteAsync();
        }
        catch (GrpcException)
        {
            // The reader has the status, as the server gave it.
        }
    }

    private static SocketsHttpHandler CreateHandler(GrpcChannelOptions options)
    {
        var handler = new SocketsHttpHandler
        {
            ConnectTimeout = options.ConnectTimeout,
            EnableMultipleHttp2Connections = true,
            UseProxy = options.Proxy is not null,
            Proxy = options.Proxy,
            UseCookies = false,
            AllowAutoRedirect = false,
            AutomaticDecompression = DecompressionMethods.None,
            ActivityHeadersPropagator = null,
        };
        if (options.Address.Scheme == GrpcChannelOptions.UnixScheme)
        {
            handler.ConnectCallback = (_, cancel) => ConnectAsync(options.Address.LocalPath, cancel);
        }

        if (options.CaFile is { } file)
        {
            handler.SslOptions.CertificateChainPolicy = CustomRoots.Load(file);
        }

        return handler;
    }

    private static async ValueTask<Stream> ConnectAsync(string path, CancellationToken cancel)
    {
        var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            await socket.ConnectAsync(new UnixDomainSocketEndPoint(path), cancel);
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    private HttpRequestMessage CreateRequest(string method, GrpcCallOptions options)
    {
        var request = new HttpRequestMessage(HttpMethod.Post, new Uri(_authority, method))
        {
            Version = HttpVersion.Version20,
            VersionPolicy = HttpVersionPolicy.RequestVersionExact,
        };
        var headers = request.Headers;

        // "te: trailers" is "used to detect incompatible proxies"; C-core servers end calls without it.
        headers.TryAddWithoutValidation(HeaderNames.Te, HeaderNames.Trailers);
        headers.TryAddWithoutValidation(HeaderNames.UserAgent, "grpc-dotnet-" + _options.UserAgent);
        headers.TryAddWithoutValidation(HeaderNames.GrpcAcceptEncoding, MessageEncoding.Accepted);
        if (options.Timeout is { } timeout)
        {
            headers.TryAddWithoutValidation(HeaderNames.GrpcTimeout, TimeoutHeader.Encode(timeout));
        }

        if (_options.BearerToken?.Invoke() is { Length: > 0 } token)
        {
            headers.TryAddWithoutValidation(HeaderNames.Authorization, "Bearer " + token);
        }

        foreach (var (name, value) in options.Headers ?? [])
        {
            headers.TryAddWithoutValidation(name, value);
        }

        return request;
    }
}
