using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Serilog.Sinks.Grpc.Tests;

/// <summary>
/// A proxy for <c>CONNECT</c> on loopback, for one name. Where that name leads can change, and what goes through can stand still.
/// </summary>
internal sealed class ConnectProxy : IWebProxy, IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _stop = new();
    private readonly Task _accepting;
    private int _tunnels;
    private volatile TaskCompletionSource? _stall;
    private volatile CancellationTokenSource _open = new();

    public ConnectProxy(string name)
    {
        Name = name;
        _listener.Start();
        _accepting = AcceptAsync();
    }

    public string Name { get; }

    /// <summary>Port on loopback where the name leads.</summary>
    public int Target { get; set; }

    /// <summary>Tunnels opened so far.</summary>
    public int Tunnels => Volatile.Read(ref _tunnels);

    public ICredentials? Credentials { get; set; }

    /// <summary>Nothing goes through until <see cref="Resume"/>; connections stay open.</summary>
    public void Stall() => _stall = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);

    public void Resume()
    {
        _stall?.TrySetResult();
        _stall = null;
    }

    /// <summary>Cuts the tunnels that are open.</summary>
    public void Cut()
    {
        var open = _open;
        _open = new CancellationTokenSource();
        open.Cancel();
    }

    public Uri? GetProxy(Uri destination) => new($"http://127.0.0.1:{((IPEndPoint)_listener.LocalEndpoint).Port}");

    /// <summary>Other tests of the process connect as they did.</summary>
    public bool IsBypassed(Uri host) => host.Host != Name;

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        Resume();
        Cut();
        _listener.Stop();
        await _accepting.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    private async Task AcceptAsync()
    {
        while (true)
        {
            var client = await _listener.AcceptTcpClientAsync(_stop.Token);
            _ = TunnelAsync(client);
        }
    }

    private async Task TunnelAsync(TcpClient client)
    {
        var end = _open.Token;
        using (client)
        using (var server = new TcpClient())
        {
            try
            {
                var asked = new StringBuilder();
                var one = new byte[1];
                while (!asked.ToString().EndsWith("\r\n\r\n", StringComparison.Ordinal) && await client.GetStream().ReadAsync(one, end) == 1)
                {
                    asked.Append((char)one[0]);
                }

                Assert.StartsWith($"CONNECT {Name}:", asked.ToString(), StringComparison.Ordinal);
                await server.ConnectAsync(IPAddress.Loopback, Target, end);
                await client.GetStream().WriteAsync("HTTP/1.1 200 OK\r\n\r\n"u8.ToArray(), end);
                Interlocked.Increment(ref _tunnels);
                Task[] directions = [CopyAsync(client, server, end), CopyAsync(server, client, end)];
                await Task.WhenAny(directions);
                client.Close();
                server.Close();
                // Observed: sinks of this process ship what nobody observes.
                await Task.WhenAll(directions);
            }
            catch (Exception e) when (e is IOException or SocketException or OperationCanceledException or ObjectDisposedException or InvalidOperationException)
            {
                // One of both is gone.
            }
        }
    }

    private async Task CopyAsync(TcpClient from, TcpClient to, CancellationToken end)
    {
        var buffer = new byte[16 << 10];
        while (await from.GetStream().ReadAsync(buffer, end) is > 0 and var read)
        {
            await (_stall?.Task ?? Task.CompletedTask).WaitAsync(end);
            await to.GetStream().WriteAsync(buffer.AsMemory(0, read), end);
        }
    }
}
