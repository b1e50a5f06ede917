namespace Telemetry.Bus.Kafka;

/// <summary>What the member's thread is asked to do.</summary>
internal enum RequestKind
{
    /// <summary>Read from where the reader begins.</summary>
    Start,

    /// <summary>Go on with what was paused.</summary>
    Resume,

    /// <summary>Read no more for it.</summary>
    Stop,
}

/// <summary>One request of an owner to its member.</summary>
internal readonly record struct MemberRequest(PartitionLease Lease, PartitionReader Reader, RequestKind Kind);
