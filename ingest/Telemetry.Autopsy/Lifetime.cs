using Telemetry.Wire;

namespace Telemetry.Autopsy;

/// <summary>What is known of one lifetime: one boot of one instance. Times are microseconds since the Unix epoch.</summary>
public sealed record Lifetime
{
    /// <summary>Hash of instance and boot.</summary>
    public required LifetimeId Id { get; init; }

    /// <summary>The server; "" until its first AgentStart is indexed.</summary>
    public string InstanceId { get; init; } = "";

    /// <summary>The boot.</summary>
    public string BootId { get; init; } = "";

    /// <summary>Host name, image, kernel, role, zone, tenant, time zone: "" is unknown.</summary>
    public string HostName { get; init; } = "";
    /// <summary>Machine or container image.</summary>
    public string Image { get; init; } = "";
    /// <summary>Kernel release.</summary>
    public string Kernel { get; init; } = "";
    /// <summary>Operating system.</summary>
    public string Os { get; init; } = "";
    /// <summary>What the server is for.</summary>
    public string Role { get; init; } = "";
    /// <summary>Availability zone.</summary>
    public string Zone { get; init; } = "";
    /// <summary>Tenant.</summary>
    public string Tenant { get; init; } = "";
    /// <summary>IANA name of the host's zone.</summary>
    public string TimeZone { get; init; } = "";
    /// <summary>Version of the shipper that spoke last.</summary>
    public string AgentVersion { get; init; } = "";

    /// <summary>When the kernel booted, else when the first record was minted.</summary>
    public long StartUnixUs { get; init; }

    /// <summary>Minted time of the latest record of any stream.</summary>
    public long LastProofOfLifeUnixUs { get; init; }

    /// <summary>Bus time at which the latest record came.</summary>
    public long LastHeardUnixUs { get; init; }

    /// <summary>When it ended; null while that is unknown.</summary>
    public long? EndUnixUs { get; init; }

    /// <summary>Whether and how it ended.</summary>
    public LifetimeState State { get; init; }

    /// <summary>True when a final seal came and nothing after it.</summary>
    public bool Sealed { get; init; }

    /// <summary>What may be missing beyond what the streams account for; null when sealed: a seal says that there is no more.</summary>
    public MissingTail? MissingTail { get; init; }

    /// <summary>Reason of the seal or of the last agent stop; "" when none.</summary>
    public string EndReason { get; init; } = "";

    /// <summary>Runs of the shipper seen.</summary>
    public int AgentRuns { get; init; }

    /// <summary>Lifetime of the same instance before and after this one.</summary>
    public LifetimeId? Predecessor { get; init; }
    /// <summary>Lifetime of the same instance after this one.</summary>
    public LifetimeId? Successor { get; init; }

    /// <summary>Runs of services, by start.</summary>
    public IReadOnlyList<LifetimeWorkload> Workloads { get; init; } = [];
    /// <summary>Streams, by name.</summary>
    public IReadOnlyList<LifetimeStream> Streams { get; init; } = [];
    /// <summary>Crashes, by time.</summary>
    public IReadOnlyList<LifetimeCrash> Crashes { get; init; } = [];
    /// <summary>Losses, by bus order; the newest 1,000.</summary>
    public IReadOnlyList<LifetimeLoss> Losses { get; init; } = [];
    /// <summary>Times an overlap that was not a resend was seen.</summary>
    public long IdentityConflicts { get; init; }
    /// <summary>Values of the last heartbeat by name ("memory_available_bytes"); the flight recorder.</summary>
    public IReadOnlyDictionary<string, double> Vitals { get; init; } = new Dictionary<string, double>();
    /// <summary>When the vitals were read; 0 is never.</summary>
    public long VitalsUnixUs { get; init; }
}

/// <summary>Whether a lifetime goes on.</summary>
public enum LifetimeState : byte
{
    /// <summary>Heard of lately.</summary>
    Alive,

    /// <summary>The shipper said agent_stop and was not heard of since; the server may well run.</summary>
    AgentStopped,

    /// <summary>Not heard of for longer than the silence bound, without a word. Silence means death.</summary>
    Silent,

    /// <summary>Ended in an orderly way.</summary>
    Sealed,

    /// <summary>The same instance has booted again; this boot is over without a seal.</summary>
    Replaced,
}

/// <summary>One run of a service within a lifetime.</summary>
public sealed record LifetimeWorkload(
    string Id, string Name, string Version, string Image, int Pid, long StartUnixUs, long? EndUnixUs,
    int? ExitCode, int? Signal);

/// <summary>One epoch of one stream: what was produced, what is stored, what is missing.</summary>
/// <param name="Produced">Number after the last record that the server is known to have minted.</param>
/// <param name="Stored">Records stored.</param>
/// <param name="Lost">Records declared lost.</param>
/// <param name="Missing">Produced, but neither stored nor declared lost: still on the way, or gone.</param>
public sealed record LifetimeStream(
    StreamId Id, Epoch Epoch, string Name, string Kind, string WorkloadId, Lane Lane, bool Closed,
    ulong Produced, ulong Stored, ulong Lost, ulong Missing, IReadOnlyList<Interval> MissingRanges,
    ulong ReadOffset, ulong SourceSize);

/// <summary>One crash of a process.</summary>
public sealed record LifetimeCrash(
    LifetimeId Lifetime, string Id, string DocumentId, long AtUnixUs, string Kind, string Title, string WorkloadId,
    string Executable, int? ExitCode, string Signal, string ErrorType, string ErrorMessage, ulong RunTimeMs,
    string InstanceId, string HostName)
{
    /// <summary>Name of the workload; "" when unknown.</summary>
    public string WorkloadName { get; init; } = "";
}

/// <summary>Something declared missing.</summary>
public sealed record LifetimeLoss(
    StreamId Stream, Epoch Epoch, ulong FirstSeq, ulong Count, ulong Bytes, string Reason, string Detail, long AtUnixUs);
