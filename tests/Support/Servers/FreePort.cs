using System.Net;
using System.Net.Sockets;

namespace Telemetry.Tests.Support.Servers;

/// <summary>
/// Ports of loopback that nobody listens on. They are below those that the system gives away by itself, so that no listener on port 0
/// and no connection takes one before its test does.
/// </summary>
public static class FreePort
{
    private const int First = 10_000;
    private const int End = 32_000;

    /// <summary>Tests that run beside each other begin at different places.</summary>
    private static int _next = Random.Shared.Next(End - First);

    /// <summary>One port; each call gives another.</summary>
    public static int One() => Pair(0);

    /// <summary>A port of which the one so far above is free as well.</summary>
    public static int Pair(int apart)
    {
        while (true)
        {
            var port = First + (int)((uint)Interlocked.Add(ref _next, apart + 1) % (End - First));
            if (IsFree(port) && (apart == 0 || IsFree(port + apart)))
            {
                return port;
            }
        }
    }

    private static bool IsFree(int port)
    {
        try
        {
            using var listener = new TcpListener(IPAddress.Loopback, port);
            listener.Start();
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }
}
