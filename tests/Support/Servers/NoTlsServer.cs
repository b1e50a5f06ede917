using System.Net;
using System.Net.Sockets;

namespace Telemetry.Tests.Support.Servers;

/// <summary>A port of loopback that answers whatever comes first with plain HTTP, as a server without TLS does to who expects it.</summary>
public sealed class NoTlsServer : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly Task _answering;

    /// <summary>Listens at once.</summary>
    public NoTlsServer()
    {
        _listener.Start();
        _answering = AnswerAsync();
    }

    /// <summary>host:port.</summary>
    public string Authority => $"127.0.0.1:{((IPEndPoint)_listener.LocalEndpoint).Port}";

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        _listener.Stop();
        await _answering;
    }

    private async Task AnswerAsync()
    {
        try
        {
            while (true)
            {
                using var client = await _listener.AcceptTcpClientAsync();
                await client.GetStream().ReadAtLeastAsync(new byte[1024], 1, throwOnEndOfStream: false);
                await client.GetStream().WriteAsync("HTTP/1.1 400 Bad Request\r\nConnection: close\r\n\r\n"u8.ToArray());
            }
        }
        catch (Exception e) when (e is SocketException or IOException or ObjectDisposedException)
        {
            // Stopped.
        }
    }
}
