using Telemetry.Protos.V1;
using Telemetry.Wire;

namespace Telemetry.Autopsy;

/// <summary>What somebody had purged of one epoch of a stream, once.</summary>
/// <param name="Stream">The stream.</param>
/// <param name="Records">Numbers of the records: ascending, disjoint, not empty.</param>
/// <param name="Crashes">Ids of those documents that may be of a crash.</param>
/// <param name="Detail">One sentence that holds nothing of what was purged.</param>
/// <param name="AtUnixUs">When, microseconds since the Unix epoch.</param>
public sealed record PurgeNote(
    StreamEpoch Stream, IReadOnlyList<Interval> Records, IReadOnlyList<string> Crashes, string Detail, long AtUnixUs)
{
    /// <summary>Its records that an account does not withhold yet.</summary>
    public IntervalSet NewTo(IntervalSet withheld)
    {
        ArgumentNullException.ThrowIfNull(withheld);
        var news = new IntervalSet();
        using var gaps = withheld.Missing(Records[^1].End).GetEnumerator();
        var more = gaps.MoveNext();
        foreach (var range in Records)
        {
            while (more && gaps.Current.First < range.End)
            {
                news.Add(Math.Max(gaps.Current.First, range.First), Math.Min(gaps.Current.End, range.End));
                if (gaps.Current.End > range.End)
                {
                    // It may reach into the next range.
                    break;
                }

                more = gaps.MoveNext();
            }
        }

        return news;
    }

    /// <summary>What the lifetime's account says of some of the records.</summary>
    public LifetimeLoss Loss(IntervalSet records)
    {
        ArgumentNullException.ThrowIfNull(records);
        return new LifetimeLoss(
            Stream.Stream, Stream.Epoch, records.Intervals[0].First, records.Count, 0, Names.Of(LossReason.Purged), Detail, AtUnixUs);
    }
}
