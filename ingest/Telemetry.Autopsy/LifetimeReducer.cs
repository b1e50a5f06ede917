using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using Google.Protobuf;
using Telemetry.Protos.V1;
using Telemetry.Wire;
using Lane = Telemetry.Wire.Lane;

namespace Telemetry.Autopsy;

/// <summary>
/// Turns records of the critical lane into facts. Pure but for the facts it is given; applying the same records in another
/// order, or twice, gives the same facts.
/// </summary>
public static class LifetimeReducer
{
    /// <summary>Applies one decoded record. Kinds without facts are ignored.</summary>
    public static void Apply(ILifetimeFacts facts, in FactStamp stamp, IMessage record)
    {
        var lifetime = facts.Lifetime(stamp.Lifetime);
        lifetime.Heard(stamp.MintedUnixUs, stamp.BusUnixUs);
        switch (record)
        {
            case AgentStart start: Apply(lifetime, stamp, start); break;
            case AgentStop stop:
                lifetime.Stop = EndingFact.Later(lifetime.Stop, new EndingFact(stamp.MintedUnixUs, false, stop.Reason));
                break;
            case StreamOpened opened: Apply(facts.Stream(Key(stamp, opened.StreamId, opened.Epoch)), opened); break;
            case StreamClosed closed:
                var stream = facts.Stream(Key(stamp, closed.StreamId, closed.Epoch));
                stream.Closed = true;
                stream.Reached(closed.NextSeq);
                break;
            case WorkloadStart start: Apply(lifetime, stamp, start); break;
            case WorkloadPeer peer: Apply(lifetime.Workload(peer.WorkloadId), stamp, peer); break;
            case WorkloadEnd end: Apply(lifetime.Workload(end.WorkloadId), end); break;
            case Heartbeat heartbeat: Apply(facts, lifetime, stamp, heartbeat); break;
            case Loss loss: Apply(facts, stamp, loss); break;
            case Crash crash: facts.AddCrash(CrashSummary.From(stamp, lifetime, crash)); break;
            case Seal seal: Apply(facts, lifetime, stamp, seal); break;
        }
    }

    private static void Apply(ILifetimeFacts facts, in FactStamp stamp, Loss loss)
    {
        if (loss.Count > 0)
        {
            facts.Stream(Key(stamp, loss.StreamId, loss.Epoch)).AddLost(loss.FirstSeq, loss.Count);
        }

        facts.AddLoss(stamp.Lifetime, new LifetimeLoss(
            new StreamId(loss.StreamId), new Wire.Epoch(loss.Epoch), loss.FirstSeq, loss.Count, loss.Bytes,
            Names.Of(loss.Reason), loss.Detail, stamp.MintedUnixUs));
    }

    private static void Apply(LifetimeFacts lifetime, in FactStamp stamp, AgentStart start)
    {
        if (start.Agent is not { IsApplication: true })
        {
            lifetime.AddRun(HashOf(start.Agent?.RunId ?? ""));
        }

        var identity = start.Identity ?? new Identity();
        foreach (var workload in identity.Workloads)
        {
            Describe(lifetime.Workload(workload.Id), stamp.MintedUnixUs, workload);
        }

        var said = ToIdentity(identity, start.Agent ?? new Agent());
        if (lifetime.Identity is not { } known || (said.IsOfServer, stamp.MintedUnixUs, said.AgentRunId).CompareTo(
            (known.IsOfServer, lifetime.IdentityMintedUnixUs, known.AgentRunId)) >= 0)
        {
            lifetime.Identity = said;
            lifetime.IdentityMintedUnixUs = stamp.MintedUnixUs;
        }
    }

    private static ServerIdentity ToIdentity(Identity identity, Agent agent) => new()
    {
        InstanceId = identity.InstanceId,
        BootId = identity.BootId,
        HostName = identity.HostName,
        Image = identity.Image,
        Kernel = identity.Kernel,
        Os = identity.Os,
        TimeZone = identity.TimeZone,
        Role = identity.Role,
        Zone = identity.Zone,
        Tenant = identity.Tenant,
        BootedUnixUs = identity.BootedUnixUs,
        AgentName = agent.Name,
        AgentVersion = agent.Version,
        AgentRunId = agent.RunId,
        IsOfServer = !agent.IsApplication,
    };

    private static void Apply(StreamFacts stream, StreamOpened opened)
    {
        stream.Name = opened.Name;
        stream.Kind = Names.Of(opened.Kind);
        stream.WorkloadId = opened.WorkloadId;
        stream.Lane = (Lane)opened.Lane;
    }

    private static void Apply(LifetimeFacts lifetime, in FactStamp stamp, WorkloadStart start)
    {
        var said = start.Workload ?? new Workload();
        var workload = lifetime.Workload(said.Id);
        Describe(workload, stamp.MintedUnixUs, said);
        var started = said.StartedUnixUs == 0 ? stamp.MintedUnixUs : said.StartedUnixUs;
        if (started >= workload.StartedUnixUs)
        {
            (workload.StartedUnixUs, workload.Pid) = (started, start.Pid);
        }
    }

    private static void Describe(WorkloadFacts workload, long mintedUnixUs, Workload said)
    {
        workload.StartedUnixUs = Math.Max(workload.StartedUnixUs, said.StartedUnixUs);
        if (mintedUnixUs >= workload.DescribedUnixUs)
        {
            (workload.Name, workload.Version, workload.Image) = (said.Name, said.Version, said.Image);
            workload.DescribedUnixUs = mintedUnixUs;
        }
    }

    private static void Apply(WorkloadFacts workload, in FactStamp stamp, WorkloadPeer peer)
    {
        if (workload.Peer is not { } known || stamp.MintedUnixUs >= known.AtUnixUs)
        {
            workload.Peer = new PeerFact(stamp.MintedUnixUs, peer.Pid, peer.Uid, peer.Gid, peer.Cgroup, peer.Executable);
        }
    }

    private static void Apply(WorkloadFacts workload, WorkloadEnd end)
    {
        if (end.EndedUnixUs >= workload.EndedUnixUs)
        {
            (workload.EndedUnixUs, workload.ExitCode, workload.Signal) = (end.EndedUnixUs, end.ExitCode, end.Signal);
        }
    }

    private static void Apply(ILifetimeFacts facts, LifetimeFacts lifetime, in FactStamp stamp, Heartbeat heartbeat)
    {
        foreach (var progress in heartbeat.Streams)
        {
            var stream = facts.Stream(Key(stamp, progress.StreamId, progress.Epoch));
            stream.Reached(progress.NextSeq);
            stream.Progress(heartbeat.AtUnixUs, progress.ReadOffset, progress.SourceSize);
        }

        VitalNames.Read(heartbeat, (name, value) =>
        {
            if (!lifetime.Vitals.TryGetValue(name, out var known) || heartbeat.AtUnixUs >= known.AtUnixUs)
            {
                lifetime.Vitals[name] = new VitalFact(value, heartbeat.AtUnixUs);
            }
        });
    }

    private static void Apply(ILifetimeFacts facts, LifetimeFacts lifetime, in FactStamp stamp, Seal seal)
    {
        lifetime.Seal = EndingFact.Later(lifetime.Seal, new EndingFact(stamp.MintedUnixUs, seal.Final, seal.Reason));
        foreach (var sealedStream in seal.Streams)
        {
            facts.Stream(Key(stamp, sealedStream.StreamId, sealedStream.Epoch)).Reached(sealedStream.NextSeq);
        }
    }

    private static StreamEpoch Key(in FactStamp stamp, ulong stream, ulong epoch) =>
        new(stamp.Lifetime, new StreamId(stream), new Wire.Epoch(epoch));

    private static long HashOf(string runId) =>
        BinaryPrimitives.ReadInt64BigEndian(SHA256.HashData(Encoding.UTF8.GetBytes(runId)));
}
