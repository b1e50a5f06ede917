using Telemetry.Bus;
using Telemetry.Indexer.Enrichment;

namespace Telemetry.Indexer.Loops;

/// <summary>What one partition works with while it is leased; outlives its sessions.</summary>
internal sealed record PartitionContext(LaneContext Lane, IBusLease Lease, CoPartition Co)
{
    /// <summary>Who the servers are.</summary>
    public LifetimeDirectory Directory => Co.Directory;

    /// <summary>For logs: the lane where it has one partition, else the partition.</summary>
    public string Name { get; } = Lease.StateLog is null ? IndexerOptions.Name(Lane.Lane) : Lease.Partition.ToString();

    /// <summary>File of the partition's state.</summary>
    public string StatePath { get; } = Lane.Options.StatePath(Lease.Partition, Lease.StateLog is not null);

    /// <summary>Where dead letters go when the bus does not keep them.</summary>
    public DeadLetterFiles? DeadLetterFiles { get; } =
        Lease.StateLog is null ? new DeadLetterFiles(Lane.Options.DeadLetterPath(Lane.Lane)) : null;
}
