using System.Globalization;
using System.Net.Sockets;

namespace Telemetry.Shipper.Applications;

/// <summary>The process at the other end of a connection, as the kernel says.</summary>
/// <param name="Pid">Process id in our namespace; 0 when it lives in one that we cannot see.</param>
/// <param name="Uid">Effective user id when it connected.</param>
/// <param name="Gid">Effective group id when it connected.</param>
/// <param name="Cgroup">Path of its cgroup; "" when it cannot be read.</param>
/// <param name="Executable">Path of its executable; "" when it cannot be read.</param>
internal sealed record Peer(int Pid, uint Uid, uint Gid, string Cgroup, string Executable)
{
    private const int SocketLevel = 1;
    private const int PeerCredentials = 17;

    /// <summary>Asks the kernel. Throws <see cref="SocketException"/> when the connection is gone.</summary>
    public static Peer Of(Socket connection)
    {
        Span<int> credentials = stackalloc int[3];
        connection.GetRawSocketOption(SocketLevel, PeerCredentials, System.Runtime.InteropServices.MemoryMarshal.AsBytes(credentials));
        var pid = credentials[0];
        return new Peer(pid, (uint)credentials[1], (uint)credentials[2], CgroupOf(pid), ExecutableOf(pid));
    }

    private static string CgroupOf(int pid)
    {
        try
        {
            // Version 2 has one line, "0::/system.slice/shop.service"; of version 1 the first tells as much as any.
            var lines = File.ReadAllLines(string.Create(CultureInfo.InvariantCulture, $"/proc/{pid}/cgroup"));
            var line = lines.FirstOrDefault(l => l.StartsWith("0::", StringComparison.Ordinal)) ?? lines.FirstOrDefault() ?? "";
            return line[(line.LastIndexOf(':') + 1)..];
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return "";
        }
    }

    private static string ExecutableOf(int pid)
    {
        try
        {
            return File.ResolveLinkTarget(string.Create(CultureInfo.InvariantCulture, $"/proc/{pid}/exe"), returnFinalTarget: false)?.FullName ?? "";
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return "";
        }
    }
}
