using Confluent.Kafka;

namespace Telemetry.Bus.Kafka;

/// <summary>The state of a partition as its owner reads and commits it.</summary>
internal sealed class LeaseStateLog(PartitionLease lease, StateCommitter committer, StateOffsets offsets, Func<bool, StateTopicReader> open)
    : IStateLog
{
    public async ValueTask<BusPosition?> CommittedAsync(CancellationToken cancel) =>
        await offsets.CommittedAsync(lease.Partition.Lane, lease.Topic, cancel) is { } offset ? new BusPosition(offset) : null;

    public IStateLogReader OpenReader() => open(true);

    public async ValueTask CommitAsync(StateCommit commit, CancellationToken cancel) => await committer.CommitAsync(lease, commit, cancel);
}
