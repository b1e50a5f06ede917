namespace Telemetry.Store.Elasticsearch.Reading;

/// <summary>
/// Keeps the points in time of pages until the next page is asked for, the latest 64. Cursors name them by a short key, because their
/// ids grow with the number of shards. A page whose point is not here any more gets a new one. Thread-safe.
/// </summary>
internal sealed class PointInTimeShelf(Random random)
{
    private const int Capacity = 64;

    private readonly Lock _gate = new();
    private readonly Dictionary<long, PointInTime> _points = [];
    private readonly Queue<long> _order = new();

    /// <summary>Puts one down; returns its key, and the id of one that has to make room, or null.</summary>
    public (long Key, string? Evicted) Put(PointInTime at)
    {
        lock (_gate)
        {
            long key;
            lock (random)
            {
                key = random.NextInt64();
            }

            _points[key] = at;
            _order.Enqueue(key);
            string? evicted = null;
            while (_order.Count > Capacity)
            {
                evicted = _points.Remove(_order.Dequeue(), out var old) ? old.Id : null;
            }

            return (key, evicted);
        }
    }

    /// <summary>Takes one away; null when it is not there.</summary>
    public PointInTime? Take(long key)
    {
        lock (_gate)
        {
            return _points.Remove(key, out var at) ? at : null;
        }
    }
}
