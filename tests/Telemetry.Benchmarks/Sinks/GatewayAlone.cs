using System.Net.Sockets;

namespace Telemetry.Benchmarks.Sinks;

/// <summary>`telemetry gateway` with the embedded bus, and nothing else.</summary>
internal static class GatewayAlone
{
    public static async Task<RunningProcess> StartAsync(Installation here)
    {
        var gateway = here.Start("gateway", Installation.Telemetry, "gateway", "--data", here.Data, "--grpc-port", $"{here.GrpcPort}");
        await ListeningAsync(here.GrpcPort);
        return gateway;
    }

    /// <summary>Waits until somebody listens on a loopback port.</summary>
    public static async Task ListeningAsync(int port)
    {
        for (var i = 0; i < 600; i++)
        {
            try
            {
                using var client = new TcpClient();
                await client.ConnectAsync("127.0.0.1", port);
                return;
            }
            catch (SocketException)
            {
                await Task.Delay(50);
            }
        }

        throw new TimeoutException($"Nobody listens on {port}.");
    }
}
