using Confluent.Kafka;

namespace Telemetry.Bus.Kafka;

/// <summary>How a transaction ended.</summary>
internal enum TransactionOutcome
{
    Committed,

    /// <summary>The brokers know this member's generation no more; nothing was committed.</summary>
    Refused,

    /// <summary>Nothing was committed, and it may be tried again.</summary>
    Aborted,

    /// <summary>Not known: the producer has to be replaced.</summary>
    Unknown,
}

/// <summary>
/// One transaction of a transactional producer: rows, dead letters and offsets of some partitions. Blocks its thread; each
/// remote call is watched, and repeated until the deadline as long as it returns.
/// </summary>
internal sealed class StateTransaction(
    IProducer<byte[], byte[]> producer, CallWatch watch, TopicNames names, TimeProvider time, TimeSpan budget)
{
    private static readonly TimeSpan _call = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan _pause = TimeSpan.FromMilliseconds(10);

    private readonly long _begun = time.GetTimestamp();

    /// <summary>What went wrong, in one sentence.</summary>
    public string Reason { get; private set; } = "";

    /// <summary>Does it all.</summary>
    public TransactionOutcome Run(IReadOnlyList<PendingCommit> commits, IConsumerGroupMetadata member)
    {
        var mayBeCommitted = false;
        try
        {
            producer.BeginTransaction();
            foreach (var pending in commits)
            {
                Write(pending);
            }

            Repeat(() => producer.SendOffsetsToTransaction(Offsets(commits), member, _call));
            mayBeCommitted = true;
            Repeat(() => producer.CommitTransaction(_call));
            return TransactionOutcome.Committed;
        }
        catch (KafkaTxnRequiresAbortException e)
        {
            return Abort(e.Error);
        }
        catch (KafkaException e) when (!mayBeCommitted && !e.Error.IsFatal && e is not KafkaRetriableException)
        {
            return Abort(e.Error);
        }
        catch (KafkaException e)
        {
            Reason = e.Error.Reason;
            return TransactionOutcome.Unknown;
        }
    }

    private static bool IsFencing(ErrorCode code) => code is ErrorCode.IllegalGeneration or ErrorCode.UnknownMemberId
        or ErrorCode.FencedInstanceId or ErrorCode.RebalanceInProgress;

    private static IEnumerable<TopicPartitionOffset> Offsets(IReadOnlyList<PendingCommit> commits) =>
        commits.GroupBy(c => c.Lease.Topic)
            .Select(g => new TopicPartitionOffset(g.Key, g.Max(c => c.Commit.Next.Value)));

    private void Write(PendingCommit pending)
    {
        var partition = pending.Lease.Partition;
        var state = new TopicPartition(names.State(partition.Lane, partition.Generation), partition.Number);
        foreach (var row in pending.Commit.Rows)
        {
            // A row without a value deletes: Kafka's tombstone.
            Write(state, new Message<byte[], byte[]> { Key = row.Key, Value = row.Value! });
        }

        foreach (var letter in pending.Commit.DeadLetters)
        {
            Write(new TopicPartition(names.DeadLetters, 0), DeadLetterFormat.Write(letter));
        }
    }

    private void Write(TopicPartition target, Message<byte[], byte[]> message)
    {
        while (true)
        {
            try
            {
                producer.Produce(target, message);
                return;
            }
            catch (ProduceException<byte[], byte[]> e) when (e.Error.Code == ErrorCode.Local_QueueFull && HasTime)
            {
                watch.Run(() => producer.Flush(_call));
            }
        }
    }

    private TransactionOutcome Abort(Error error)
    {
        Reason = error.Reason;
        try
        {
            Repeat(() => producer.AbortTransaction(_call));
            return IsFencing(error.Code) ? TransactionOutcome.Refused : TransactionOutcome.Aborted;
        }
        catch (KafkaException e)
        {
            Reason = e.Error.Reason;
            return TransactionOutcome.Unknown;
        }
    }

    private bool HasTime => time.GetElapsedTime(_begun) < budget;

    private void Repeat(Action call)
    {
        while (true)
        {
            try
            {
                watch.Run(call);
                return;
            }
            catch (KafkaRetriableException) when (HasTime)
            {
                Task.Delay(_pause, time).Wait();
            }
        }
    }
}
