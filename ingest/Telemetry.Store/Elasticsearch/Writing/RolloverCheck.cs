namespace Telemetry.Store.Elasticsearch.Writing;

/// <summary>
/// Keeps a document from being stored twice when its data stream rolls over between two attempts, as <c>create</c> sees only the newest
/// backing index, and when its index was dropped and it is held as a copy. Both are asked before a document in doubt is sent; the indices
/// again when it turns out that it was created in a later one than had been asked: a newer copy is then deleted.
/// </summary>
/// <remarks>
/// What remains: a request that the server applies to an earlier index after all of this, because it was given up by us and held up
/// there for longer.
/// </remarks>
internal sealed class RolloverCheck(Copies copies, Durability durability, WriteIndexes known, ElasticWriterMetrics metrics, Notices notices)
{
    /// <summary>Settles what is in doubt and found; leaves the rest to be sent.</summary>
    public async Task BeforeAsync(BulkChunk chunk, CancellationToken cancel)
    {
        for (var stream = (DocumentStream)0; (int)stream < DataStreamNames.Count; stream++)
        {
            if (Select(chunk, stream, isUnchecked: false) is not { Count: > 0 } items)
            {
                continue;
            }

            var indexes = await copies.IndexesAsync(stream, cancel);
            if (indexes.Count > 0)
            {
                chunk.Checked[(int)stream] = indexes[^1];
                known.Learn(stream, indexes[^1]);
                await SearchAsync(chunk, items.FindAll(item => !IsOnlyInNewest(chunk.Items[item], indexes)), indexes, cancel);
            }

            items.RemoveAll(item => chunk.Items[item].IsSettled);
            await SettleHeldAsync(chunk, items, indexes, cancel);
        }
    }

    /// <summary>Looks after documents that were created in a later index than was asked before, and settles them.</summary>
    public async Task AfterAsync(BulkChunk chunk, CancellationToken cancel)
    {
        for (var stream = (DocumentStream)0; (int)stream < DataStreamNames.Count; stream++)
        {
            if (Select(chunk, stream, isUnchecked: true) is not { Count: > 0 } items)
            {
                continue;
            }

            await SearchAsync(chunk, items, await copies.IndexesAsync(stream, cancel), cancel);
            foreach (var item in items)
            {
                // Those found in several have been settled as duplicates.
                if (!chunk.Items[item].IsSettled)
                {
                    metrics.Stored(1);
                    Settle(chunk, item);
                }
            }
        }
    }

    private static List<int> Select(BulkChunk chunk, DocumentStream stream, bool isUnchecked)
    {
        List<int> selected = [];
        var items = chunk.Items;
        for (var i = 0; i < items.Length; i++)
        {
            if (items[i].Stream == stream && !items[i].IsSettled && (isUnchecked ? items[i].IsUnchecked : items[i].IsInDoubt))
            {
                selected.Add(i);
            }
        }

        return selected;
    }

    /// <summary>
    /// Asks every index from the first that an item may be in. The oldest copy stays, later ones go: they are left when a process ended
    /// between creating and looking back.
    /// </summary>
    private async Task SearchAsync(BulkChunk chunk, List<int> items, List<BackingIndex> indexes, CancellationToken cancel)
    {
        var copiesOf = new Dictionary<int, int>();
        foreach (var index in indexes)
        {
            var asked = items.Where(item => MayBeIn(chunk.Items[item], index, indexes[^1])).ToList();
            if (asked.Count == 0)
            {
                continue;
            }

            var found = await copies.FindAsync(index, chunk, asked, cancel);
            if (found.Contains(true))
            {
                await durability.EnsureAsync(index.Name, cancel);
            }

            List<int> newer = [];
            for (var i = 0; i < asked.Count; i++)
            {
                if (found[i] && !copiesOf.TryAdd(asked[i], 1))
                {
                    newer.Add(asked[i]);
                }
            }

            await DeleteAsync(index, chunk, newer, cancel);
            foreach (var item in newer)
            {
                copiesOf[item]++;
            }
        }

        foreach (var (item, count) in copiesOf)
        {
            // Created by this chunk and in no other index: stored, not found.
            if (!chunk.Items[item].IsUnchecked || count > 1)
            {
                metrics.Duplicate(1);
                Settle(chunk, item);
            }
        }
    }

    /// <summary>
    /// A copy that is held stands for a document whose index has been dropped: created anew, the document would be found beside it. Of
    /// an index that is there a copy proves nothing, as it follows what is lost in that.
    /// </summary>
    private async Task SettleHeldAsync(BulkChunk chunk, List<int> items, List<BackingIndex> indexes, CancellationToken cancel)
    {
        if (items.Count == 0)
        {
            return;
        }

        var from = await copies.HeldFromAsync(chunk, items, cancel);
        var held = items.Where((_, at) => from[at] is { } name && indexes.All(index => index.Name != name)).ToList();
        if (held.Count > 0)
        {
            await durability.EnsureAsync(copies.Held, cancel);
            metrics.Duplicate(held.Count);
            held.ForEach(item => Settle(chunk, item));
        }
    }

    // A stream that was deleted and made again begins its generations anew.
    private static bool MayBeIn(in BulkItem item, BackingIndex index, BackingIndex newest) =>
        item.From is not { } from || from.Generation > newest.Generation || index.Generation >= from.Generation;

    // `create` itself asks the newest.
    private static bool IsOnlyInNewest(in BulkItem item, List<BackingIndex> indexes) =>
        indexes.Count == 1 || item.From?.Generation == indexes[^1].Generation;

    private async Task DeleteAsync(BackingIndex index, BulkChunk chunk, List<int> items, CancellationToken cancel)
    {
        if (items.Count == 0)
        {
            return;
        }

        var left = await copies.DeleteAsync(index, chunk, items, cancel);
        metrics.Withdrawn(items.Count - left);
        if (left > 0)
        {
            notices.Tell(ElasticNoticeKind.DuplicateLeft,
                $"{left} documents are in two indices after a rollover, and the copies in {index.Name} may not be deleted.");
        }
    }

    private static void Settle(BulkChunk chunk, int item)
    {
        chunk.Items[item].IsSettled = true;
        chunk.Items[item].Scope.Settle(1);
    }
}
