namespace Telemetry.Store.Sqlite.Documents;

/// <summary>Counts all matches and keeps the newest that come after the cursor.</summary>
internal sealed class SearchVisitor(int limit, StoredOrder? after) : IBlockVisitor
{
    public long Total { get; private set; }

    public NewestHits Hits { get; } = new(limit);

    public void Visit(BlockContext block, DocumentSet? matches)
    {
        Total += matches?.Count ?? block.Block.Count;
        if (!MayTake(block.Block.Timestamps))
        {
            return;
        }

        var timestamps = block.Required(OriginReader.Timestamp).Numbers();
        for (var i = 0; i < timestamps.Length; i++)
        {
            if ((matches is null || matches[i]) && Hits.MayTake(timestamps[i])
                && (after is null || timestamps[i] <= after.Value.TimestampUnixUs))
            {
                var order = OriginReader.Order(block, i);
                if (after is null || order.CompareTo(after.Value) < 0)
                {
                    Hits.Offer(order);
                }
            }
        }
    }

    public void Join(SearchVisitor other)
    {
        Total += other.Total;
        Hits.Join(other.Hits);
    }

    private bool MayTake(Range timestamps) =>
        Hits.MayTake(timestamps.Max) && (after is null || timestamps.Min <= after.Value.TimestampUnixUs);
}
