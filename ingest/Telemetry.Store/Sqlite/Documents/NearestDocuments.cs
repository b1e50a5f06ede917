using Telemetry.Wire;

namespace Telemetry.Store.Sqlite.Documents;

/// <summary>
/// The neighbours of a document in its stream: within its epoch by number, and where the epoch ends, those of the stream's other
/// epochs by the time at which they were minted. Not thread-safe.
/// </summary>
internal sealed class NearestDocuments(StoredOrder target, int before, int after)
{
    // The root is the farthest one kept.
    private readonly PriorityQueue<StoredOrder, StoredOrder> _before = new(new ByPlace(target, sign: 1));
    private readonly PriorityQueue<StoredOrder, StoredOrder> _after = new(new ByPlace(target, sign: -1));

    public bool HasAllBefore => _before.Count >= before;

    public bool HasAllAfter => _after.Count >= after;

    public void Visit(BlockContext block)
    {
        var origins = block.Required(OriginReader.Origin);
        var mayHold = origins.Kind != ChunkFormat.Dictionary;
        for (var code = 0; !mayHold && code < origins.Distinct; code++)
        {
            mayHold = IsInStream(OriginReader.Parse(origins.DistinctValue(code)));
        }

        if (!mayHold)
        {
            return;
        }

        StreamEpoch? single = origins is { Kind: ChunkFormat.Dictionary, Distinct: 1 } ? OriginReader.Of(block, 0) : null;
        var seqs = block.Required(OriginReader.Seq).Numbers();
        for (var i = 0; i < seqs.Length; i++)
        {
            var origin = single ?? OriginReader.Of(block, i);
            if (IsInStream(origin) && MayTake(origin.Epoch, (ulong)seqs[i]))
            {
                Offer(OriginReader.Order(block, i));
            }
        }
    }

    /// <summary>Ascending, the target between them.</summary>
    public List<StoredOrder> Sorted()
    {
        List<StoredOrder> all = [.. _before.UnorderedItems.Select(item => item.Element), .. _after.UnorderedItems.Select(item => item.Element), target];
        all.Sort(new ByPlace(target, sign: 1));
        return all;
    }

    private bool IsInStream(in StreamEpoch origin) => origin.Lifetime == target.Lifetime && origin.Stream == target.Stream;

    // Most documents of a long stream are told from their number alone to be too far away.
    private bool MayTake(Epoch epoch, ulong seq) =>
        epoch != target.Epoch || (seq <= target.Seq ? target.Seq - seq <= (ulong)before : seq - target.Seq <= (ulong)after);

    private void Offer(in StoredOrder document)
    {
        var order = ByPlace.Compare(target, document, target);
        if (order == 0)
        {
            return;
        }

        var (kept, limit) = order < 0 ? (_before, before) : (_after, after);
        if (kept.Count < limit)
        {
            kept.Enqueue(document, document);
        }
        else if (limit > 0)
        {
            kept.EnqueueDequeue(document, document);
        }
    }

    private sealed class ByPlace(StoredOrder target, int sign) : IComparer<StoredOrder>
    {
        public int Compare(StoredOrder x, StoredOrder y) => sign * Compare(target, x, y);

        // Epochs other than the target's lie wholly before or behind it, as their documents were minted.
        public static int Compare(in StoredOrder target, in StoredOrder x, in StoredOrder y)
        {
            var order = Side(target, x).CompareTo(Side(target, y));
            if (order == 0 && x.Epoch != y.Epoch)
            {
                order = x.MintedUnixUs.CompareTo(y.MintedUnixUs);
                order = order != 0 ? order : x.Epoch.CompareTo(y.Epoch);
            }

            order = order != 0 ? order : x.Seq.CompareTo(y.Seq);
            order = order != 0 ? order : x.Partition.CompareTo(y.Partition);
            return order != 0 ? order : x.Number.CompareTo(y.Number);
        }

        private static int Side(in StoredOrder target, in StoredOrder document) =>
            document.Epoch == target.Epoch ? 0 : document.MintedUnixUs < target.MintedUnixUs ? -1 : 1;
    }
}
