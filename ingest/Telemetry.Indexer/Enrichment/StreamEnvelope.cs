using System.Globalization;
using System.Text;
using Telemetry.Autopsy;
using Telemetry.Bus;
using Telemetry.Indexer.Parsing;
using Telemetry.Query;
using Telemetry.Store;
using Telemetry.Wire;

namespace Telemetry.Indexer.Enrichment;

/// <summary>
/// What every document of one stream and epoch says beside its line, made once. Fields that a line may set as well are set
/// only where it did not.
/// </summary>
internal sealed class StreamEnvelope
{
    private readonly List<(FieldName Field, byte[] Value)> _fixed = [];
    private readonly List<(FieldName Field, byte[] Value)> _unlessSet = [];

    private PeerFact? _peer;
    private int _pid;

    public StreamEnvelope(LifetimeProfile profile, in BusStamp stamp, Lane lane, StreamId streamId, Epoch epoch)
    {
        Profile = profile;
        var identity = profile.Identity ?? new ServerIdentity();
        Zone = ZoneClock.Find(identity.TimeZone);
        HostNameKnown = identity.HostName.Length > 0;
        Add(_fixed, Fields.LifetimeIdField, stamp.Lifetime.ToString());
        Add(_fixed, Fields.LifetimeImage, identity.Image);
        Add(_fixed, Fields.HostId, stamp.InstanceId);
        Add(_fixed, Fields.HostName, identity.HostName);
        Add(_fixed, Fields.HostBootId, identity.BootId);
        Add(_fixed, Fields.HostOsKernel, identity.Kernel);
        Add(_fixed, Fields.HostOsFull, identity.Os);
        Add(_fixed, Fields.CloudZone, identity.Zone);
        Add(_fixed, Fields.ServiceNodeRole, identity.Role);
        Add(_fixed, Fields.AgentName, identity.AgentName);
        Add(_fixed, Fields.AgentVersion, identity.AgentVersion);
        Add(_fixed, Fields.TelemetryLane, lane == Lane.Critical ? "critical" : "bulk");
        Add(_fixed, Fields.TelemetryStream, streamId.ToString());
        Add(_fixed, Fields.TelemetryEpoch, epoch.ToString());
        AddStream(profile, streamId);
    }

    /// <summary>What it was made from; another object means that it is out of date.</summary>
    public LifetimeProfile Profile { get; }

    /// <summary>Clock of the host's zone.</summary>
    public ZoneClock Zone { get; }

    /// <summary>True when the server's identity names the host, so that a line's claim does not count.</summary>
    public bool HostNameKnown { get; }

    /// <summary>Adds the envelope to a document.</summary>
    public void Enrich(Document document, ulong seq, long busUnixUs)
    {
        document.Set(Fields.EventSequence, (long)seq);
        document.Set(Fields.EventCreated, document.MintedUnixUs);
        document.Set(Fields.EventIngested, busUnixUs);
        foreach (var (field, value) in _fixed)
        {
            document.Set(field, value);
        }

        if (_peer is not null)
        {
            SetPeer(document, _peer);
        }
        else if (_pid != 0 && !document.TryGet(Fields.ProcessPid, out _))
        {
            document.Set(Fields.ProcessPid, _pid);
        }

        foreach (var (field, value) in _unlessSet)
        {
            if (!document.TryGet(field, out _))
            {
                document.Set(field, value);
            }
        }
    }

    /// <summary>What the kernel says of the process counts, whatever its lines claim.</summary>
    private static void SetPeer(Document document, PeerFact peer)
    {
        document.Remove(Fields.ProcessPid);
        document.Set(Fields.ProcessPid, peer.Pid);
        if (peer.Executable.Length > 0)
        {
            document.Remove(Fields.ProcessExecutable);
            document.Set(Fields.ProcessExecutable, peer.Executable);
        }
    }

    private void AddStream(LifetimeProfile profile, StreamId streamId)
    {
        if (!profile.Streams.TryGetValue(streamId, out var stream))
        {
            return;
        }

        Add(_fixed, Fields.TelemetryStreamName, stream.Name);
        Add(_fixed, Fields.LogFilePath, stream.Kind == "file" ? stream.Name : "");
        if (stream.WorkloadId.Length > 0 && profile.Workloads.TryGetValue(stream.WorkloadId, out var workload))
        {
            Add(_unlessSet, Fields.ServiceName, workload.Name);
            Add(_unlessSet, Fields.ServiceVersion, workload.Version);
            _peer = workload.Peer;
            Add(_unlessSet, Fields.ServiceId, stream.WorkloadId);
            _pid = workload.Pid;
            Add(_fixed, Fields.ProcessUserId, workload.Peer?.Uid.ToString(CultureInfo.InvariantCulture) ?? "");
            Add(_fixed, Fields.ProcessGroupId, workload.Peer?.Gid.ToString(CultureInfo.InvariantCulture) ?? "");
            Add(_fixed, Fields.ProcessCgroup, workload.Peer?.Cgroup ?? "");
        }
    }

    private static void Add(List<(FieldName, byte[])> fields, FieldName field, string value)
    {
        if (value.Length > 0)
        {
            fields.Add((field, Encoding.UTF8.GetBytes(value)));
        }
    }
}
