using System.Collections.Immutable;
using Telemetry.Autopsy;
using Telemetry.Protos.V1;
using Telemetry.Wire;

namespace Telemetry.Indexer.Enrichment;

/// <summary>What documents of a lifetime say about it. Immutable: a change makes another one.</summary>
internal sealed record LifetimeProfile
{
    public static readonly LifetimeProfile Unknown = new();

    /// <summary>Streams and workloads kept; of more, documents say less.</summary>
    public const int MaxEntries = 20_000;

    public ServerIdentity? Identity { get; init; }

    public ImmutableDictionary<StreamId, StreamProfile> Streams { get; init; } =
        ImmutableDictionary<StreamId, StreamProfile>.Empty;

    public ImmutableDictionary<string, WorkloadProfile> Workloads { get; init; } =
        ImmutableDictionary<string, WorkloadProfile>.Empty;

    public static LifetimeProfile From(
        LifetimeFacts facts, IReadOnlyList<KeyValuePair<StreamEpoch, StreamFacts>> streams)
    {
        var profile = new LifetimeProfile { Identity = facts.Identity };
        foreach (var workload in facts.Workloads.Values)
        {
            profile = profile.With(workload);
        }

        foreach (var (key, stream) in streams)
        {
            if (stream.Name.Length > 0)
            {
                profile = profile.With(key.Stream, new StreamProfile(stream.Name, stream.Kind, stream.WorkloadId));
            }
        }

        return profile;
    }

    public LifetimeProfile With(StreamOpened opened) => With(
        new StreamId(opened.StreamId), new StreamProfile(opened.Name, Names.Of(opened.Kind), opened.WorkloadId));

    /// <summary>With what the facts say of the server and of some workloads.</summary>
    public LifetimeProfile With(LifetimeFacts facts, IEnumerable<string> workloadIds)
    {
        var profile = this with { Identity = facts.Identity };
        foreach (var id in workloadIds)
        {
            profile = profile.With(facts.Workload(id));
        }

        return profile;
    }

    private LifetimeProfile With(StreamId id, StreamProfile stream) =>
        Streams.Count < MaxEntries || Streams.ContainsKey(id) ? this with { Streams = Streams.SetItem(id, stream) } : this;

    private LifetimeProfile With(WorkloadFacts workload) =>
        Workloads.Count < MaxEntries || Workloads.ContainsKey(workload.Id)
            ? this with { Workloads = Workloads.SetItem(workload.Id, new WorkloadProfile(workload.Name, workload.Version, workload.Pid, workload.Peer)) }
            : this;
}
