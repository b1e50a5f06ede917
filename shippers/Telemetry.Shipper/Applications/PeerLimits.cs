namespace Telemetry.Shipper.Applications;

/// <summary>Connections that are open, so that no process and no user can take all of them. Any thread.</summary>
internal sealed class PeerLimits
{
    /// <summary>Connections in all.</summary>
    public const int MaxConnections = 256;

    private const int MaxOfProcess = 8;
    private const int MaxOfUser = MaxConnections * 3 / 4;

    private readonly Lock _gate = new();
    private readonly Dictionary<int, int> _processes = [];
    private readonly Dictionary<uint, int> _users = [];

    /// <summary>False when the process or its user has as many as it may have.</summary>
    public bool TryEnter(Peer peer)
    {
        lock (_gate)
        {
            var (ofProcess, ofUser) = (_processes.GetValueOrDefault(peer.Pid), _users.GetValueOrDefault(peer.Uid));
            if (ofProcess >= MaxOfProcess || ofUser >= MaxOfUser)
            {
                return false;
            }

            (_processes[peer.Pid], _users[peer.Uid]) = (ofProcess + 1, ofUser + 1);
            return true;
        }
    }

    public void Leave(Peer peer)
    {
        lock (_gate)
        {
            Decrement(_processes, peer.Pid);
            Decrement(_users, peer.Uid);
        }
    }

    private static void Decrement<T>(Dictionary<T, int> counts, T key)
        where T : notnull
    {
        if (--counts[key] == 0)
        {
            counts.Remove(key);
        }
    }
}
