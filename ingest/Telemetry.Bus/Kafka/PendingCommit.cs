namespace Telemetry.Bus.Kafka;

/// <summary>A commit that waits for its transaction.</summary>
internal sealed class PendingCommit(PartitionLease lease, StateCommit commit)
    : TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously)
{
    public PartitionLease Lease => lease;

    public StateCommit Commit => commit;

    public long Bytes { get; } = commit.Rows.Sum(r => (long)r.Key.Length + (r.Value?.Length ?? 0) + 64)
        + commit.DeadLetters.Sum(d => (long)d.Bytes.Length + 256);
}
