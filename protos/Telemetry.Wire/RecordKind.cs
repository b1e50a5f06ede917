namespace Telemetry.Wire;

/// <summary>Which kind a record is. Values are the field numbers in <c>telemetry.v1.Record</c>.</summary>
public enum RecordKind : byte
{
    /// <summary>Not known to this version.</summary>
    Unknown = 0,
    /// <summary>A log line.</summary>
    Line = 1,
    /// <summary>A run of the shipper began.</summary>
    AgentStart = 2,
    /// <summary>A run of the shipper ended.</summary>
    AgentStop = 3,
    /// <summary>A stream's numbering begins.</summary>
    StreamOpened = 4,
    /// <summary>A stream's numbering ends.</summary>
    StreamClosed = 5,
    /// <summary>A workload began.</summary>
    WorkloadStart = 6,
    /// <summary>A workload ended.</summary>
    WorkloadEnd = 7,
    /// <summary>A sign of life with vitals.</summary>
    Heartbeat = 8,
    /// <summary>Something is missing.</summary>
    Loss = 9,
    /// <summary>A process ended badly.</summary>
    Crash = 10,
    /// <summary>The lifetime ends in an orderly way.</summary>
    Seal = 11,
    /// <summary>Which process ships for a workload, as the kernel says.</summary>
    WorkloadPeer = 13,
    /// <summary>A workload logs from another level on.</summary>
    LevelChange = 14,
}
