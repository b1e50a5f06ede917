using Telemetry.Bus;
using Telemetry.Wire;
using Loss = Telemetry.Protos.V1.Loss;
using LossReason = Telemetry.Protos.V1.LossReason;

namespace Telemetry.Indexer.Loops;

/// <summary>Keeps entries that are not sound and declares their records lost.</summary>
internal sealed class DeadEntries(PartitionContext partition, EntryApplier applier, PendingLetters letters)
{
    /// <summary>Keeps one.</summary>
    /// <param name="arrival">The entry.</param>
    /// <param name="header">Its header; null when not even that decodes.</param>
    /// <param name="problem">One sentence.</param>
    public void Keep(in Arrival arrival, BatchHeader? header, string problem)
    {
        var lane = partition.Lane;
        letters.Add(arrival.Entry, null, problem, arrival.Entry.Body.Span);
        lane.Metrics.DeadLetter(1);
        if (lane.DeadLetterLimit.Allows(out var suppressed))
        {
            lane.Log.DeadLetter(partition.Name, arrival.Entry.Position.Value, problem, suppressed);
        }

        foreach (var (loss, run) in Losses(arrival.Entry, header, problem))
        {
            applier.Declare(arrival, loss, run);
        }
    }

    private static IEnumerable<(Loss Loss, Run Run)> Losses(BusEntry entry, BatchHeader? header, string problem)
    {
        if (header is null || header.Lifetime != entry.Stamp.Lifetime)
        {
            // Whose records these were is not to be believed: the bytes are counted against the one who sent them.
            var bytes = new Loss { Bytes = (ulong)entry.Body.Length, Reason = LossReason.Decoding, Detail = problem };
            yield return (bytes, new Run(default, new Epoch((ulong)entry.Position.Value), 0, 1, entry.Stamp.BusUnixUs));
            yield break;
        }

        foreach (var run in header.Runs)
        {
            var range = new Loss
            {
                StreamId = run.Stream.Value, Epoch = run.Epoch.Value, FirstSeq = run.FirstSeq, Count = run.Count,
                Reason = LossReason.Decoding, Detail = problem,
            };
            yield return (range, run);
        }
    }
}
