using System.Collections.Concurrent;
using Telemetry.Bus;
using Telemetry.Store;

namespace Telemetry.Indexer.Loops;

/// <summary>
/// What retention deleted unread in a lane. Nobody can bring it back, so it is a problem of the lane for a bounded time only; the
/// lifetimes' accounts and the counter keep it. Safe for concurrent use.
/// </summary>
internal sealed class OvertakenAlarm(IndexerMetrics metrics, TimeSpan tellFor, TimeProvider time)
{
    private readonly ConcurrentDictionary<BusPartition, (long From, long Next, long UntilUnixUs)> _overtaken = new();

    /// <summary>A sentence for each partition that was overtaken not long ago.</summary>
    public IEnumerable<string> Problems =>
        from overtaken in _overtaken
        where NowUnixUs < overtaken.Value.UntilUnixUs
        select $"Bus retention deleted positions {overtaken.Value.From} to {overtaken.Value.Next} of {overtaken.Key} before they were indexed; "
            + $"this is told until {Rfc3339.Format(overtaken.Value.UntilUnixUs)} and stays in the lifetimes' accounts.";

    /// <summary>
    /// Notes that positions were deleted. Returns how many of them are news: a session that fails before its commit meets them again.
    /// </summary>
    public long Note(BusPartition partition, long from, long count)
    {
        var known = _overtaken.TryGetValue(partition, out var former) ? former.Next : from;
        var news = Math.Max(0, from + count - Math.Max(from, known));
        if (news > 0)
        {
            _overtaken[partition] = (from, from + count, NowUnixUs + (long)tellFor.TotalMicroseconds);
            metrics.Overtaken(partition, news);
        }

        return news;
    }

    private long NowUnixUs => (time.GetUtcNow().UtcTicks - DateTime.UnixEpoch.Ticks) / 10;
}
