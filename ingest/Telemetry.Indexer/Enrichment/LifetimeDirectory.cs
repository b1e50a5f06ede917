using Telemetry.Autopsy;
using Telemetry.Protos.V1;
using Telemetry.Store.Sqlite.State;
using Telemetry.Wire;

namespace Telemetry.Indexer.Enrichment;

/// <summary>
/// What both lanes ask to enrich documents: identity, streams and workloads of lifetimes. The critical lane feeds it as it
/// reads; what is not in memory comes from that lane's state. Safe for concurrent use; bounded.
/// </summary>
/// <param name="state">State of the critical lane.</param>
/// <param name="time">Limits how often an unknown lifetime is looked up.</param>
internal sealed class LifetimeDirectory(SqliteFactsReader state, TimeProvider time)
{
    private const int MaxLifetimes = 10_000;
    private static readonly TimeSpan LookupPause = TimeSpan.FromSeconds(1);

    private readonly Lock _gate = new();
    private readonly Dictionary<LifetimeId, LifetimeProfile> _profiles = [];
    private readonly Dictionary<LifetimeId, long> _lookedUp = [];
    private TaskCompletionSource _changed = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>
    /// Bus time up to which the critical lane has been read in this process. Without a critical lane here nothing is gained
    /// by waiting for it.
    /// </summary>
    public long CriticalBusUnixUs { get; private set; } = long.MaxValue;

    /// <summary>Completes at the next change.</summary>
    public Task Changed
    {
        get
        {
            lock (_gate)
            {
                return _changed.Task;
            }
        }
    }

    /// <summary>The profile of a lifetime; <see cref="LifetimeProfile.Unknown"/> when nothing is known yet.</summary>
    public LifetimeProfile Find(LifetimeId id)
    {
        lock (_gate)
        {
            if (_profiles.TryGetValue(id, out var profile))
            {
                return profile;
            }

            if (_lookedUp.TryGetValue(id, out var when) && time.GetElapsedTime(when) < LookupPause)
            {
                return LifetimeProfile.Unknown;
            }

            if (_lookedUp.Count >= MaxLifetimes)
            {
                _lookedUp.Clear();
            }

            _lookedUp[id] = time.GetTimestamp();
        }

        return state.Read(id) is var (facts, streams) ? Keep(id, LifetimeProfile.From(facts, streams)) : LifetimeProfile.Unknown;
    }

    /// <summary>A record of the critical lane was applied to the facts.</summary>
    public void Learn(LifetimeId id, LifetimeFacts facts, Google.Protobuf.IMessage record)
    {
        switch (record)
        {
            case AgentStart start: Replace(id, Find(id).With(facts, start.Identity?.Workloads.Select(w => w.Id) ?? [])); break;
            case StreamOpened opened: Replace(id, Find(id).With(opened)); break;
            case WorkloadStart { Workload: { } workload }: Replace(id, Find(id).With(facts, [workload.Id])); break;
            case WorkloadPeer peer: Replace(id, Find(id).With(facts, [peer.WorkloadId])); break;
        }
    }

    /// <summary>Another process has learned of these lifetimes: they are looked up again.</summary>
    public void Forget(IReadOnlyCollection<LifetimeId> changed)
    {
        lock (_gate)
        {
            foreach (var id in changed)
            {
                _profiles.Remove(id);
                _lookedUp.Remove(id);
            }
        }
    }

    /// <summary>The critical lane will be read in this process, or followed.</summary>
    public void ExpectCritical()
    {
        lock (_gate)
        {
            CriticalBusUnixUs = 0;
        }
    }

    /// <summary>The critical lane has been read up to a bus time.</summary>
    public void Reached(long busUnixUs)
    {
        lock (_gate)
        {
            CriticalBusUnixUs = Math.Max(CriticalBusUnixUs, busUnixUs);
            Announce();
        }
    }

    private LifetimeProfile Keep(LifetimeId id, LifetimeProfile profile)
    {
        lock (_gate)
        {
            Bound();
            return _profiles.TryAdd(id, profile) ? profile : _profiles[id];
        }
    }

    private void Replace(LifetimeId id, LifetimeProfile profile)
    {
        lock (_gate)
        {
            Bound();
            _profiles[id] = profile;
            Announce();
        }
    }

    /// <summary>Everything can be looked up again, so forgetting all is correct, and rare.</summary>
    private void Bound()
    {
        if (_profiles.Count >= MaxLifetimes)
        {
            _profiles.Clear();
        }
    }

    private void Announce()
    {
        _changed.TrySetResult();
        _changed = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
    }
}
