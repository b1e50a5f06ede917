namespace Telemetry.Store.Sqlite.Documents;

/// <summary>Keeps the newest of what it is shown, at most <paramref name="limit"/>.</summary>
internal sealed class NewestHits(int limit)
{
    // The root is the oldest kept.
    private readonly PriorityQueue<StoredOrder, StoredOrder> _kept = new();

    /// <summary>False when a document of that time cannot be among the newest.</summary>
    public bool MayTake(long timestampUnixUs) =>
        limit > 0 && (_kept.Count < limit || timestampUnixUs >= _kept.Peek().TimestampUnixUs);

    public void Offer(in StoredOrder hit)
    {
        if (_kept.Count < limit)
        {
            _kept.Enqueue(hit, hit);
        }
        else if (limit > 0 && hit.CompareTo(_kept.Peek()) > 0)
        {
            _kept.EnqueueDequeue(hit, hit);
        }
    }

    public void Join(NewestHits other)
    {
        foreach (var (hit, _) in other._kept.UnorderedItems)
        {
            Offer(hit);
        }
    }

    /// <summary>Newest first.</summary>
    public List<StoredOrder> Sorted()
    {
        List<StoredOrder> hits = [.. _kept.UnorderedItems.Select(item => item.Element)];
        hits.Sort((x, y) => y.CompareTo(x));
        return hits;
    }
}
