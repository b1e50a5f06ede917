namespace Telemetry.Autopsy;

/// <summary>
/// What one lane has learned about a lifetime as a whole. Every member is the maximum of what was said by the time it was
/// said, so that the order of arrival does not matter. Not thread-safe.
/// </summary>
public sealed class LifetimeFacts
{
    /// <summary>Workloads kept; of more, those that ended first are forgotten.</summary>
    public const int MaxWorkloads = 1000;

    /// <summary>Runs of the shipper told apart; a run is counted again only when it returns after so many others.</summary>
    public const int MaxRemembered = 256;

    /// <summary>Who the server said it is; null until an AgentStart came.</summary>
    public ServerIdentity? Identity { get; set; }

    /// <summary>When <see cref="Identity"/> was said.</summary>
    public long IdentityMintedUnixUs { get; set; }

    /// <summary>First record minted, microseconds since the Unix epoch; 0 is none.</summary>
    public long FirstMintedUnixUs { get; set; }

    /// <summary>Last record minted.</summary>
    public long LastMintedUnixUs { get; set; }

    /// <summary>Latest bus time.</summary>
    public long LastBusUnixUs { get; set; }

    /// <summary>Runs of the shipper.</summary>
    public int AgentRuns { get; set; }

    /// <summary>Hashes of the latest runs, so that none is counted twice.</summary>
    public List<long> AgentRunHashes { get; set; } = [];

    /// <summary>Latest agent stop.</summary>
    public EndingFact? Stop { get; set; }

    /// <summary>Latest seal.</summary>
    public EndingFact? Seal { get; set; }

    /// <summary>Latest value of each vital.</summary>
    public Dictionary<string, VitalFact> Vitals { get; set; } = [];

    /// <summary>Runs of services by id.</summary>
    public Dictionary<string, WorkloadFacts> Workloads { get; set; } = [];

    /// <summary>Runs (ranges of records) that overlapped others without being a resend.</summary>
    public long Conflicts { get; set; }

    /// <summary>A record came: proof of life.</summary>
    public void Heard(long mintedUnixUs, long busUnixUs)
    {
        FirstMintedUnixUs = FirstMintedUnixUs == 0 ? mintedUnixUs : Math.Min(FirstMintedUnixUs, mintedUnixUs);
        LastMintedUnixUs = Math.Max(LastMintedUnixUs, mintedUnixUs);
        LastBusUnixUs = Math.Max(LastBusUnixUs, busUnixUs);
    }

    /// <summary>Counts a run of the shipper once.</summary>
    public void AddRun(long hash)
    {
        if (AgentRunHashes.Contains(hash))
        {
            return;
        }

        AgentRuns++;
        AgentRunHashes.Add(hash);
        if (AgentRunHashes.Count > MaxRemembered)
        {
            AgentRunHashes.RemoveAt(0);
        }
    }

    /// <summary>Finds or adds a workload.</summary>
    public WorkloadFacts Workload(string id)
    {
        if (Workloads.TryGetValue(id, out var workload))
        {
            return workload;
        }

        if (Workloads.Count >= MaxWorkloads)
        {
            Workloads.Remove(Workloads.Values.MinBy(w => (w.EndedUnixUs == 0, w.EndedUnixUs, w.StartedUnixUs))!.Id);
        }

        workload = new WorkloadFacts { Id = id };
        Workloads.Add(id, workload);
        return workload;
    }
}
