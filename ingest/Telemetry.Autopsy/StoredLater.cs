using Telemetry.Protos.V1;
using Telemetry.Wire;

namespace Telemetry.Autopsy;

/// <summary>
/// Corrects what is known of a lifetime by records that the store refused when they came and took when somebody tried them again: they
/// are stored, and no loss. Pure.
/// </summary>
public static class StoredLater
{
    private static readonly string Refused = Names.Of(LossReason.StoreRefused);

    /// <summary>Whether the store refused anything, or somebody had it purged.</summary>
    public static bool MayConcern(LifetimeEvidence evidence)
    {
        ArgumentNullException.ThrowIfNull(evidence);
        return evidence.Streams.Any(stream => stream.Value.Refused.Intervals.Count > 0);
    }

    /// <summary>The same evidence without the refusals that were made good. A record that was never refused changes nothing.</summary>
    /// <param name="evidence">As it was written.</param>
    /// <param name="stored">Records of this lifetime that were stored later, each once.</param>
    public static LifetimeEvidence Correct(LifetimeEvidence evidence, IEnumerable<RecordId> stored)
    {
        ArgumentNullException.ThrowIfNull(evidence);
        var streams = evidence.Streams.ToList();
        var losses = evidence.Losses.ToList();
        foreach (var group in stored.GroupBy(record => new StreamEpoch(record.Lifetime, record.Stream, record.Epoch)))
        {
            HashSet<ulong> made = [];
            for (var i = 0; i < streams.Count; i++)
            {
                if (streams[i].Key == group.Key)
                {
                    var facts = streams[i].Value;
                    List<ulong> good = [.. group.Select(record => record.Seq).Where(seq => facts.Refused.Contains(seq, seq + 1))];
                    made.UnionWith(good);
                    streams[i] = KeyValuePair.Create(group.Key, good.Count == 0 ? facts : facts.With(Without(facts.Refused, good)));
                }
            }

            foreach (var seq in made.Order())
            {
                TakeFrom(losses, group.Key, seq);
            }
        }

        return evidence with { Streams = streams, Losses = losses };
    }

    private static IntervalSet Without(IntervalSet set, IEnumerable<ulong> numbers)
    {
        var rest = new IntervalSet();
        using var next = numbers.Distinct().Order().GetEnumerator();
        var more = next.MoveNext();
        foreach (var range in set.Intervals)
        {
            var first = range.First;
            for (; more && next.Current < range.End; more = next.MoveNext())
            {
                Add(rest, first, next.Current);
                first = next.Current + 1;
            }

            Add(rest, first, range.End);
        }

        return rest;
    }

    private static void Add(IntervalSet set, ulong first, ulong end)
    {
        if (first < end)
        {
            set.Add(first, end);
        }
    }

    // A loss names its first number and how many: the last that begins at or before the record is the one that counts it.
    private static void TakeFrom(List<LifetimeLoss> losses, in StreamEpoch key, ulong seq)
    {
        var (stream, epoch) = (key.Stream, key.Epoch);
        var at = losses.FindLastIndex(loss => loss.Reason == Refused && loss.Stream == stream && loss.Epoch == epoch && loss.FirstSeq <= seq);
        if (at >= 0)
        {
            losses[at] = losses[at] with { Count = losses[at].Count - 1 };
            if (losses[at].Count == 0)
            {
                losses.RemoveAt(at);
            }
        }
    }
}
