using System.Diagnostics;
using System.Net.Sockets;
using Telemetry.Grpc;
using Telemetry.Tests.Support.Servers;

namespace Telemetry.Interop.Tests;

/// <summary>The official interop server, as a process.</summary>
public sealed class InteropServer : IAsyncLifetime
{
    private Process? _process;
    private Uri? _address;

    /// <summary>A channel to it; skips the test where the program is absent.</summary>
    internal GrpcChannel OpenChannel()
    {
        PeerTool.Find("grpc-interop-server");
        return new(new GrpcChannelOptions { Address = _address! });
    }

    public async ValueTask InitializeAsync()
    {
        if (!PeerTool.Exists("grpc-interop-server"))
        {
            return;
        }

        var port = FreePort.One();
        _address = new Uri($"http://127.0.0.1:{port}");
        _process = PeerTool.Start("grpc-interop-server", $"--port={port}");
        await Eventually.Holds(() => IsListening(port), "the interop server listens");
    }

    public ValueTask DisposeAsync()
    {
        if (_process is not null)
        {
            _process.Kill();
            _process.Dispose();
        }

        return ValueTask.CompletedTask;
    }

    private static bool IsListening(int port)
    {
        try
        {
            using var client = new TcpClient("127.0.0.1", port);
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }
}
