using Telemetry.Wire;

namespace Telemetry.Autopsy;

/// <summary>Composes what both lanes know of a lifetime into the record that people read. Pure.</summary>
public static class LifetimeComposer
{
    /// <summary>Missing ranges listed per stream; the count covers all.</summary>
    public const int MaxMissingRanges = 100;

    /// <summary>Composes.</summary>
    /// <param name="evidence">What is known.</param>
    /// <param name="nowUnixUs">The time up to which the bus has been indexed, so that lag is not read as death.</param>
    /// <param name="silenceBoundUs">Not heard of for longer means dead.</param>
    public static Lifetime Compose(LifetimeEvidence evidence, long nowUnixUs, long silenceBoundUs)
    {
        var facts = evidence.Critical ?? new LifetimeFacts();
        var identity = facts.Identity ?? new ServerIdentity();
        var span = Span.Of(evidence);
        var state = StateOf(evidence, facts, span, nowUnixUs - silenceBoundUs);
        return new Lifetime
        {
            Id = evidence.Id,
            InstanceId = identity.InstanceId,
            BootId = identity.BootId,
            HostName = identity.HostName,
            Image = identity.Image,
            Kernel = identity.Kernel,
            Os = identity.Os,
            Role = identity.Role,
            Zone = identity.Zone,
            Tenant = identity.Tenant,
            TimeZone = identity.TimeZone,
            AgentVersion = identity.AgentVersion,
            StartUnixUs = StartOf(facts, span.FirstMintedUnixUs),
            LastProofOfLifeUnixUs = span.LastMintedUnixUs,
            LastHeardUnixUs = span.LastBusUnixUs,
            EndUnixUs = EndOf(state, facts, span),
            State = state,
            Sealed = state == LifetimeState.Sealed,
            MissingTail = TailOf(state, facts, span),
            EndReason = ReasonOf(state, facts),
            AgentRuns = facts.AgentRuns,
            Predecessor = evidence.Predecessor,
            Successor = evidence.Successor,
            Workloads = [.. facts.Workloads.Values.Select(Compose).OrderBy(w => w.StartUnixUs).ThenBy(w => w.Id, StringComparer.Ordinal)],
            Streams = ComposeStreams(evidence),
            Crashes = [.. evidence.Crashes.OrderBy(c => c.AtUnixUs).ThenBy(c => c.Id, StringComparer.Ordinal)],
            // A shipper that is killed in between says a loss again.
            Losses =
            [
                .. evidence.Losses.GroupBy(loss => loss with { AtUnixUs = 0 }).Select(same => same.MinBy(loss => loss.AtUnixUs)!),
            ],
            IdentityConflicts = facts.Conflicts + (evidence.Bulk?.Conflicts ?? 0) + ConcurrentWriters(evidence),
            Vitals = facts.Vitals.ToDictionary(v => v.Key, v => v.Value.Value, StringComparer.Ordinal),
            VitalsUnixUs = LastHeartbeatOf(facts),
        };
    }

    /// <summary>When the kernel booted, else when the first record was minted.</summary>
    public static long StartOf(LifetimeFacts facts, long firstMintedUnixUs) =>
        facts.Identity is { BootedUnixUs: > 0 } identity ? identity.BootedUnixUs : firstMintedUnixUs;

    private static LifetimeState StateOf(
        LifetimeEvidence evidence, LifetimeFacts facts, in Span span, long silentBeforeUnixUs)
    {
        // A record minted after the final seal voids it: the machine did not go down.
        if (facts.Seal is { Final: true } seal && span.LastMintedUnixUs <= seal.MintedUnixUs)
        {
            return LifetimeState.Sealed;
        }

        if (evidence.Successor is not null)
        {
            return LifetimeState.Replaced;
        }

        if (IsStopped(facts, span))
        {
            return LifetimeState.AgentStopped;
        }

        return span.LastBusUnixUs < silentBeforeUnixUs ? LifetimeState.Silent : LifetimeState.Alive;
    }

    private static bool IsStopped(LifetimeFacts facts, in Span span) =>
        facts.Stop is { } stop && span.LastMintedUnixUs <= stop.MintedUnixUs;

    // A record of one stream that came after the last heartbeat says nothing of the others: only the heartbeat names them all.
    private static MissingTail? TailOf(LifetimeState state, LifetimeFacts facts, in Span span)
    {
        if (state == LifetimeState.Sealed)
        {
            return null;
        }

        var heartbeat = LastHeartbeatOf(facts);
        return new MissingTail(
            IsStopped(facts, span) ? facts.Stop!.MintedUnixUs
            : heartbeat > 0 ? heartbeat
            : StartOf(facts, span.FirstMintedUnixUs));
    }

    private static long LastHeartbeatOf(LifetimeFacts facts) =>
        facts.Vitals.Count == 0 ? 0 : facts.Vitals.Values.Max(v => v.AtUnixUs);

    private static long? EndOf(LifetimeState state, LifetimeFacts facts, in Span span) => state switch
    {
        LifetimeState.Sealed => facts.Seal!.MintedUnixUs,
        LifetimeState.Replaced or LifetimeState.Silent => span.LastMintedUnixUs,
        _ => null,
    };

    private static string ReasonOf(LifetimeState state, LifetimeFacts facts) => state switch
    {
        LifetimeState.Sealed => facts.Seal!.Reason,
        LifetimeState.Alive => "",
        _ => facts.Stop?.Reason ?? "",
    };

    private static LifetimeWorkload Compose(WorkloadFacts workload)
    {
        var ended = workload.EndedUnixUs > 0 && workload.EndedUnixUs >= workload.StartedUnixUs;
        return new LifetimeWorkload(
            workload.Id, workload.Name, workload.Version, workload.Image, workload.Pid, workload.StartedUnixUs,
            ended ? workload.EndedUnixUs : null,
            ended && workload.Signal == 0 ? workload.ExitCode : null,
            ended && workload.Signal != 0 ? workload.Signal : null);
    }

    private static List<LifetimeStream> ComposeStreams(LifetimeEvidence evidence)
    {
        var accounts = new Dictionary<StreamEpoch, StreamAccount>();
        foreach (var (key, facts) in evidence.Streams)
        {
            Account(key).Add(facts);
        }

        foreach (var (key, lane, received) in evidence.Received)
        {
            Account(key).Add(lane, received);
        }

        foreach (var account in accounts.Values)
        {
            account.NameAfter(accounts);
        }

        return [.. accounts.Values.Select(a => a.ToStream())
            .OrderBy(s => s.Name, StringComparer.Ordinal).ThenBy(s => s.Id).ThenBy(s => s.Epoch)];

        StreamAccount Account(StreamEpoch key)
        {
            if (!accounts.TryGetValue(key, out var account))
            {
                accounts.Add(key, account = new StreamAccount(key));
            }

            return account;
        }
    }

    /// <summary>
    /// Two shippers with one identity and a state each write the agent's own stream in two epochs at a time. A restart that
    /// lost its state never does: the former epoch ends before the next begins.
    /// </summary>
    private static long ConcurrentWriters(LifetimeEvidence evidence)
    {
        var agents = evidence.Streams.Where(s => s.Value.Kind == Names.Of(Protos.V1.StreamKind.Agent))
            .Select(s => s.Key).ToHashSet();
        long conflicts = 0;
        foreach (var stream in evidence.Received.Where(r => agents.Contains(r.Key)).GroupBy(r => r.Key.Stream))
        {
            var spans = stream.Select(r => r.Received).OrderBy(r => r.FirstMintedUnixUs).ToList();
            for (var i = 1; i < spans.Count; i++)
            {
                conflicts += spans[i].FirstMintedUnixUs < spans[i - 1].LastMintedUnixUs ? 1 : 0;
            }
        }

        return conflicts;
    }

    private readonly record struct Span(long FirstMintedUnixUs, long LastMintedUnixUs, long LastBusUnixUs)
    {
        public static Span Of(LifetimeEvidence evidence)
        {
            long first = 0, last = 0, bus = 0;
            foreach (var facts in new[] { evidence.Critical, evidence.Bulk })
            {
                if (facts is { FirstMintedUnixUs: not 0 })
                {
                    first = first == 0 ? facts.FirstMintedUnixUs : Math.Min(first, facts.FirstMintedUnixUs);
                    last = Math.Max(last, facts.LastMintedUnixUs);
                    bus = Math.Max(bus, facts.LastBusUnixUs);
                }
            }

            return new Span(first, last, bus);
        }
    }
}
