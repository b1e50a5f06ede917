using System.Net;
using System.Net.Sockets;

namespace Telemetry.Tests.Support.Servers;

/// <summary>Ports of loopback that nobody listens on. Another process may take one a moment later.</summary>
public static class FreePort
{
    /// <summary>A port of which the one so far above is free as well.</summary>
    public static int Pair(int apart)
    {
        while (true)
        {
            using var first = new TcpListener(IPAddress.Loopback, 0);
            first.Start();
            var port = ((IPEndPoint)first.LocalEndpoint).Port;
            if (port + apart > ushort.MaxValue)
            {
                continue;
            }

            try
            {
                using var second = new TcpListener(IPAddress.Loopback, port + apart);
                second.Start();
                return port;
            }
            catch (SocketException)
            {
                // The port above is taken: another pair.
            }
        }
    }
}
