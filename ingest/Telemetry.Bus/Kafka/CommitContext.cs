using Confluent.Kafka;
using Telemetry.Bus.SegmentLog;
using Telemetry.Wire;

namespace Telemetry.Bus.Kafka;

/// <summary>What commits of one member's lane have in common, whichever thread runs them.</summary>
/// <param name="Lane">The lane.</param>
/// <param name="Names">Names of the topics.</param>
/// <param name="Member">Proof of the membership; null while there is none.</param>
/// <param name="Metrics">Told how commits end.</param>
/// <param name="Time">Clock of budgets.</param>
/// <param name="OnProblem">Told what is wrong, one sentence; any thread.</param>
/// <param name="Stopping">No transaction begins any more.</param>
internal sealed record CommitContext(
    Lane Lane, TopicNames Names, Func<IConsumerGroupMetadata?> Member, KafkaBusMetrics Metrics, TimeProvider Time, Action<string> OnProblem,
    CancellationToken Stopping)
{
    public void Committed(TimeSpan took, List<PendingCommit> commits)
    {
        Metrics.Committed(Lane, took, commits.Sum(c => c.Commit.DeadLetters.Count));
        commits.ForEach(c => c.TrySetResult());
    }

    public void Failed(string reason)
    {
        Metrics.CommitFailed(Lane);
        OnProblem($"The {LaneNames.Of(Lane)} lane could not commit: {reason}.");
    }

    public void Fence(PendingCommit pending)
    {
        Metrics.Fenced(Lane);
        pending.TrySetException(new FencedException($"Partition {pending.Lease.Partition} is another member's: nothing was committed."));
    }
}
