using System.Net;
using System.Net.Sockets;

namespace Telemetry.Bus.Tests.Kafka;

/// <summary>
/// Carries connections to a broker, and can stand still with all of them open: to the broker its clients are then what a
/// stopped process is, and to themselves they are well.
/// </summary>
internal sealed class Relay : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _stop = new();
    private volatile TaskCompletionSource _open = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private Task _accepting = Task.CompletedTask;

    public Relay()
    {
        _open.SetResult();
        _listener.Start();
    }

    public int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;

    /// <summary>Properties of a broker that is reached through this relay at <paramref name="brokerPort"/>, and directly as always.</summary>
    public string[] Properties(int brokerPort) =>
    [
        $"listeners=PLAINTEXT://127.0.0.1:PORT,CONTROLLER://127.0.0.1:NEXT,RELAY://127.0.0.1:{brokerPort}",
        $"advertised.listeners=PLAINTEXT://127.0.0.1:PORT,RELAY://127.0.0.1:{Port}",
        "listener.security.protocol.map=PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT,RELAY:PLAINTEXT",
    ];

    public void Start(int brokerPort) => _accepting = AcceptAsync(brokerPort);

    public void Freeze() => _open = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);

    public void Thaw() => _open.TrySetResult();

    public async ValueTask DisposeAsync()
    {
        Thaw();
        await _stop.CancelAsync();
        _listener.Stop();
        await _accepting;
    }

    private async Task AcceptAsync(int brokerPort)
    {
        try
        {
            while (true)
            {
                var client = await _listener.AcceptTcpClientAsync(_stop.Token);
                var broker = new TcpClient();
                await broker.ConnectAsync(IPAddress.Loopback, brokerPort, _stop.Token);
                _ = CopyAsync(client, broker);
                _ = CopyAsync(broker, client);
            }
        }
        catch (Exception e) when (e is OperationCanceledException or SocketException)
        {
            // The test is over, or its broker.
        }
    }

    private async Task CopyAsync(TcpClient from, TcpClient to)
    {
        var buffer = new byte[64 << 10];
        try
        {
            while (await from.GetStream().ReadAsync(buffer, _stop.Token) is > 0 and var bytes)
            {
                await _open.Task;
                await to.GetStream().WriteAsync(buffer.AsMemory(0, bytes), _stop.Token);
            }
        }
        catch (Exception e) when (e is IOException or OperationCanceledException or ObjectDisposedException)
        {
            // Either side has gone.
        }

        from.Dispose();
        to.Dispose();
    }
}
