using System.Net;
using System.Net.Sockets;
using Telemetry.Cli.Configuration;

namespace Telemetry.Cli.Hosting;

/// <summary>
/// Looks for a taken port before anything is started, so that the answer is one sentence. Who takes it between the look and
/// the start is told by the listener itself.
/// </summary>
internal static class PortCheck
{
    /// <exception cref="CliFailure">The endpoint cannot be listened on; exit 2.</exception>
    public static void ThrowIfTaken(IPEndPoint? endpoint, Setting port)
    {
        if (endpoint is null or { Port: 0 })
        {
            return;
        }

        try
        {
            using var listener = new TcpListener(endpoint);
            listener.Start();
        }
        catch (SocketException e)
        {
            throw CliFailure.Usage(e.SocketErrorCode == SocketError.AddressAlreadyInUse
                ? $"Something else listens on {endpoint}; choose another port with {port.Flag} {port.ValueName}."
                : $"{endpoint} cannot be listened on: {e.Message}");
        }
    }
}
