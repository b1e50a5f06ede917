using Telemetry.Grpc;
using Telemetry.Shipping.Diagnostics;
using Telemetry.Shipping.Machine;
using Telemetry.Shipping.Sending;
using Telemetry.Shipping.Spools;

namespace Telemetry.Shipper.Applications;

/// <summary>
/// A spool for each process that ships over the socket, in the folder of ended commands: what a stop or a kill leaves there is shipped by
/// the next run. Any thread.
/// </summary>
internal sealed class ApplicationSpools(
    string folder, Func<string?, string, LanePair> openLanes, LifetimeContext server, Log diagnostics, TimeProvider time) : IAsyncDisposable
{
    /// <summary>Processes that have a spool at a time.</summary>
    public const int MaxProcesses = 64;

    private const int MaxOwners = 10_000;
    private const int MaxOfUser = MaxProcesses * 3 / 4;

    private static readonly TimeSpan LookEvery = TimeSpan.FromSeconds(1);

    /// <summary>An application that reconnects finds its spool again.</summary>
    private static readonly TimeSpan KeepFor = TimeSpan.FromSeconds(10);

    private readonly Lock _gate = new();
    private readonly Dictionary<int, ApplicationSpool> _spools = [];
    private readonly Dictionary<string, uint> _owners = [];

    /// <summary>The spool of a process, to be left again; null, and why, when it can have none now.</summary>
    public ApplicationSpool? TryEnter(Peer peer, ApplicationHello hello, out GrpcStatus problem)
    {
        lock (_gate)
        {
            if (hello.WorkloadIds.Any(id => _owners.GetValueOrDefault(id, peer.Uid) != peer.Uid))
            {
                problem = new(StatusCode.PermissionDenied, "A workload that was named is another user's.");
                return null;
            }

            problem = GrpcStatus.Ok;
            if (!_spools.TryGetValue(peer.Pid, out var spool))
            {
                spool = TryOpen(peer, hello.WorkloadId, out problem);
            }

            if (spool is not null)
            {
                spool.Calls++;
                Own(hello.WorkloadIds, peer.Uid);
            }

            return spool;
        }
    }

    public void Leave(ApplicationSpool spool)
    {
        lock (_gate)
        {
            spool.Calls--;
            spool.LeftAt = time.GetTimestamp();
        }
    }

    /// <summary>Gives back what is no longer used and all shipped, until cancelled. Does not throw.</summary>
    public async Task RunAsync(CancellationToken stop)
    {
        while (!stop.IsCancellationRequested)
        {
            foreach (var spool in TakeUnused())
            {
                await spool.DisposeAsync();
            }

            await Task.Delay(LookEvery, time, stop).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    public async ValueTask DisposeAsync()
    {
        List<ApplicationSpool> all;
        lock (_gate)
        {
            all = [.. _spools.Values];
            _spools.Clear();
        }

        foreach (var spool in all)
        {
            await spool.DisposeAsync();
        }
    }

    private ApplicationSpool? TryOpen(Peer peer, string workloadId, out GrpcStatus problem)
    {
        problem = new(StatusCode.Unavailable, "The shipper has as many applications as it takes.");
        if (_spools.Count >= MaxProcesses || _spools.Values.Count(s => s.Peer.Uid == peer.Uid) >= MaxOfUser)
        {
            diagnostics.Repeating(LogLevel.Warn, "applications full",
                $"Process {peer.Pid} of user {peer.Uid} is not taken: {MaxProcesses} processes ship here at a time, {MaxOfUser} of one user. It tries again.");
            return null;
        }

        try
        {
            var spool = ProcessSpool.Open(folder, $"application-{peer.Pid}", path => openLanes(path, workloadId));
            if (spool.IsInMemory)
            {
                // What is accepted outlives the shipper's process; memory does not.
                problem = new(StatusCode.Unavailable, "The shipper's disk is full.");
                _ = spool.DisposeAsync().AsTask();
                return null;
            }

            problem = GrpcStatus.Ok;
            spool.Lanes.Start(flushBulk: true);
            return _spools[peer.Pid] = new ApplicationSpool(spool, server, peer);
        }
        catch (IOException e)
        {
            problem = new(StatusCode.Unavailable, "The shipper cannot open a spool.");
            diagnostics.Repeating(LogLevel.Error, "application spool", $"An application gets no spool: {e.Message}");
            return null;
        }
    }

    /// <summary>Nobody else can speak for them as long as they are remembered.</summary>
    private void Own(IReadOnlyList<string> workloadIds, uint uid)
    {
        if (_owners.Count > MaxOwners)
        {
            _owners.Clear();
        }

        foreach (var id in workloadIds)
        {
            _owners[id] = uid;
        }
    }

    private List<ApplicationSpool> TakeUnused()
    {
        lock (_gate)
        {
            var unused = _spools.Values.Where(s => s.Calls == 0 && s.Lanes.IsDrained && time.GetElapsedTime(s.LeftAt) >= KeepFor).ToList();
            unused.ForEach(s => _spools.Remove(s.Peer.Pid));
            return unused;
        }
    }
}
