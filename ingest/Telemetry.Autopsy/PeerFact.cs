namespace Telemetry.Autopsy;

/// <summary>The process behind a connection to the shipper's socket, as the server's kernel says.</summary>
/// <param name="AtUnixUs">When the shipper said it.</param>
/// <param name="Pid">Process id in the shipper's namespace.</param>
/// <param name="Uid">Effective user id.</param>
/// <param name="Gid">Effective group id.</param>
/// <param name="Cgroup">Path of its cgroup; "" is unknown.</param>
/// <param name="Executable">Path of its executable; "" is unknown.</param>
public sealed record PeerFact(long AtUnixUs, int Pid, long Uid, long Gid, string Cgroup, string Executable);
