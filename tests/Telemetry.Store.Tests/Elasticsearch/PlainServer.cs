using System.Collections.Concurrent;
using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;
using System.Text;

namespace Telemetry.Store.Tests.Elasticsearch;

/// <summary>
/// HTTP/1.1 by hand on a loopback port, with or without TLS: answers each request with what a function gives, or cuts the connection
/// where that is null.
/// </summary>
internal sealed class PlainServer : IAsyncDisposable
{
    /// <summary>Answer to <c>GET /</c>.</summary>
    public static readonly string Elastic = Answer("200 OK", """{"version":{"number":"8.19.21"}}""", "X-Elastic-Product: Elasticsearch");

    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly Func<Request, string?> _answer;
    private readonly X509Certificate2? _certificate;
    private readonly CancellationTokenSource _end = new();
    private readonly Task _accepting;

    public PlainServer(Func<Request, string?> answer, X509Certificate2? certificate = null)
    {
        (_answer, _certificate) = (answer, certificate);
        _listener.Start();
        _accepting = AcceptAsync();
    }

    /// <summary>A request as it came.</summary>
    internal sealed record Request(string Line, IReadOnlyDictionary<string, string> Headers, byte[] Body);

    public ConcurrentQueue<Request> Requests { get; } = new();

    public string Host => $"localhost:{((IPEndPoint)_listener.LocalEndpoint).Port}";

    public static string Answer(string status, string body, params string[] headers) =>
        $"HTTP/1.1 {status}\r\nContent-Length: {Encoding.UTF8.GetByteCount(body)}\r\n{string.Concat(headers.Select(header => header + "\r\n"))}\r\n{body}";

    /// <summary>Answers as an Elasticsearch does before the first call, and then as told.</summary>
    public static Func<Request, string?> AfterCheck(Func<Request, string?> answer) =>
        request => request.Line.StartsWith("GET / ", StringComparison.Ordinal) ? Elastic : answer(request);

    public async ValueTask DisposeAsync()
    {
        await _end.CancelAsync();
        _listener.Stop();
        await _accepting;
        _end.Dispose();
    }

    private async Task AcceptAsync()
    {
        List<Task> connections = [];
        try
        {
            while (true)
            {
                connections.Add(ServeAsync(await _listener.AcceptSocketAsync(_end.Token)));
            }
        }
        // Stopped between two of them it says that it does not listen.
        catch (Exception e) when (e is OperationCanceledException or SocketException || _end.IsCancellationRequested)
        {
            await Task.WhenAll(connections);
        }
    }

    private async Task ServeAsync(Socket socket)
    {
        using var _ = socket;
        try
        {
            Stream stream = new NetworkStream(socket);
            if (_certificate is not null)
            {
                var tls = new SslStream(stream);
                await tls.AuthenticateAsServerAsync(
                    new SslServerAuthenticationOptions { ServerCertificate = _certificate }, _end.Token);
                stream = tls;
            }

            while (await ReadAsync(stream) is { } request)
            {
                Requests.Enqueue(request);
                if (_answer(request) is not { } answer)
                {
                    // A reset instead of an orderly end.
                    socket.LingerState = new LingerOption(true, 0);
                    return;
                }

                await stream.WriteAsync(Encoding.UTF8.GetBytes(answer), _end.Token);
            }
        }
        catch (Exception e) when (e is IOException or OperationCanceledException or System.Security.Authentication.AuthenticationException)
        {
            // The client has seen enough.
        }
    }

    private async Task<Request?> ReadAsync(Stream stream)
    {
        var head = new List<byte>();
        var one = new byte[1];
        while (head.Count < 4 || !head[^4..].SequenceEqual("\r\n\r\n"u8.ToArray()))
        {
            if (await stream.ReadAsync(one, _end.Token) == 0)
            {
                return null;
            }

            head.Add(one[0]);
        }

        var lines = Encoding.ASCII.GetString([.. head]).Split("\r\n", StringSplitOptions.RemoveEmptyEntries);
        var headers = lines.Skip(1).Select(line => line.Split(": ", 2)).ToDictionary(pair => pair[0], pair => pair[1], StringComparer.OrdinalIgnoreCase);
        var body = new byte[int.Parse(headers.GetValueOrDefault("Content-Length", "0"), null)];
        await stream.ReadExactlyAsync(body, _end.Token);
        return new Request(lines[0], headers, body);
    }
}
