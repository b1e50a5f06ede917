using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Telemetry.Store.Tests.Elasticsearch;

/// <summary>Stands between client and server and, when told to, breaks the connection off as the answer to a bulk request comes.</summary>
internal sealed class CuttingProxy : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _closing = new();
    private readonly int _port;
    private readonly Task _accepting;
    private Func<Task>? _cut;

    public CuttingProxy(int port)
    {
        _port = port;
        _listener.Start();
        _accepting = AcceptAsync();
    }

    public string Url => $"http://127.0.0.1:{((IPEndPoint)_listener.LocalEndpoint).Port}";

    public int Cuts { get; private set; }

    /// <summary>The next answer to a bulk request does not arrive; the action is done once the server has sent it.</summary>
    public void CutNext(Func<Task> afterCommit) => Volatile.Write(ref _cut, afterCommit);

    public async ValueTask DisposeAsync()
    {
        await _closing.CancelAsync();
        _listener.Stop();
        await _accepting;
    }

    private async Task AcceptAsync()
    {
        List<Task> relays = [];
        try
        {
            while (true)
            {
                relays.Add(RelayAsync(await _listener.AcceptTcpClientAsync(_closing.Token)));
            }
        }
        catch (Exception e) when (e is OperationCanceledException or SocketException or ObjectDisposedException)
        {
            await Task.WhenAll(relays);
        }
    }

    private async Task RelayAsync(TcpClient client)
    {
        using (client)
        using (var server = new TcpClient())
        {
            try
            {
                await server.ConnectAsync(IPAddress.Loopback, _port, _closing.Token);
                var isBulk = false;
                var up = PumpAsync(client, server, bytes =>
                {
                    isBulk |= Encoding.ASCII.GetString(bytes.Span[..Math.Min(bytes.Length, 64)]).Contains("/_bulk", StringComparison.Ordinal);
                    return Task.FromResult(true);
                });
                var down = PumpAsync(server, client, async _ =>
                {
                    if (!isBulk || Interlocked.Exchange(ref _cut, null) is not { } cut)
                    {
                        return true;
                    }

                    Cuts++;
                    await cut();
                    return false;
                });
                await Task.WhenAny(up, down);
            }
            catch (Exception e) when (e is IOException or SocketException or OperationCanceledException)
            {
                // Either side has gone; both are closed.
            }
        }
    }

    private async Task PumpAsync(TcpClient from, TcpClient to, Func<ReadOnlyMemory<byte>, Task<bool>> look)
    {
        var buffer = new byte[64 << 10];
        try
        {
            while (await from.GetStream().ReadAsync(buffer, _closing.Token) is var read and > 0
                && await look(buffer.AsMemory(0, read)))
            {
                await to.GetStream().WriteAsync(buffer.AsMemory(0, read), _closing.Token);
            }
        }
        catch (Exception e) when (e is IOException or ObjectDisposedException or OperationCanceledException or InvalidOperationException)
        {
            // As above.
        }
    }
}
