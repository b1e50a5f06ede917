namespace Telemetry.Store.Elasticsearch.Reading;

/// <summary>What a shard has to give, in its order; null is a document that does not match.</summary>
internal sealed class ShardQueue(
    ShardName shard, ShardPlace end, bool isWhole, IEnumerable<(long Number, StoredDocument? Document)> hits)
{
    private readonly Queue<(long Number, StoredDocument? Document)> _hits = new(hits);
    private long _taken = -1;

    public ShardName Shard => shard;

    /// <summary>True when nothing that is there was left.</summary>
    public bool IsFinished => isWhole && _hits.Count == 0;

    /// <summary>Where to go on.</summary>
    public ShardPlace Place => IsFinished ? end
        : _hits.TryPeek(out var next) ? end with { Next = next.Number }
        : end with { Next = _taken + 1 };

    /// <summary>
    /// Takes so many of all, the earliest on the bus first. What a shard has not given yet may be earlier than what others have:
    /// when its part is used up, the rest waits for the next call.
    /// </summary>
    public static List<StoredDocument> Merge(IReadOnlyList<ShardQueue> queues, int limit)
    {
        var documents = new List<StoredDocument>();
        while (documents.Count < limit)
        {
            ShardQueue? earliest = null;
            foreach (var queue in queues)
            {
                queue.PassOthers();
                if (queue._hits.Count == 0 && !queue.IsFinished)
                {
                    return documents;
                }

                if (queue._hits.Count > 0 && (earliest is null || string.CompareOrdinal(queue.BusTime, earliest.BusTime) < 0))
                {
                    earliest = queue;
                }
            }

            if (earliest is null)
            {
                break;
            }

            documents.Add(earliest._hits.Peek().Document!);
            earliest.Dequeue();
        }

        return documents;
    }

    private string? BusTime => _hits.Peek().Document!.Text(Fields.EventIngested);

    private void PassOthers()
    {
        while (_hits.TryPeek(out var head) && head.Document is null)
        {
            Dequeue();
        }
    }

    private void Dequeue() => _taken = _hits.Dequeue().Number;
}
