using Telemetry.Wire;

namespace Telemetry.Store.Sqlite.Documents;

/// <summary>Finds a document by its id and the ones around it in its stream.</summary>
internal static class ContextQuery
{
    public static StoredDocuments Run(
        PartitionFiles files, DocumentId id, int before, int after, CancellationToken cancel)
    {
        var unread = files.Begin();
        for (var lane = 0; lane < files.Lanes; lane++)
        {
            var names = files.OfLane(lane);
            for (var i = names.Count - 1; i >= 0; i--)
            {
                StoredOrder? target = null;
                files.Read(names[i], unread, (partition, scratch) => target = Find(partition, scratch, id, unread, cancel));
                if (target is { } found)
                {
                    return files.Load(Around(files, names, i, found, (before, after), unread, cancel), unread, cancel);
                }
            }
        }

        return new StoredDocuments([], unread.Reasons());
    }

    private static StoredOrder? Find(
        PartitionReader partition, ReadScratch scratch, DocumentId id, Unread unread, CancellationToken cancel)
    {
        StoredOrder? found = null;
        var context = new BlockContext(partition, scratch);
        foreach (var block in partition.Blocks)
        {
            cancel.ThrowIfCancellationRequested();
            if (Milliseconds(block.Minted.Min) > id.MintedUnixMs || Milliseconds(block.Minted.Max) < id.MintedUnixMs)
            {
                continue;
            }

            context.Use(block);
            unread.Try(partition.Name, () => found = Find(context, id));
            if (found is not null)
            {
                break;
            }
        }

        return found;
    }

    private static StoredOrder? Find(BlockContext context, DocumentId id)
    {
        var minted = context.Required(OriginReader.Minted).Numbers();
        for (var i = 0; i < minted.Length; i++)
        {
            if (Milliseconds(minted[i]) == id.MintedUnixMs && OriginReader.Order(context, i) is var order
                && DocumentId.From(order.Record, order.MintedUnixUs) == id)
            {
                return order;
            }
        }

        return null;
    }

    // As DocumentId.From takes it.
    private static ulong Milliseconds(long unixUs) => (ulong)Math.Max(0, unixUs / 1000) & 0xFFFF_FFFF_FFFF;

    private static List<StoredOrder> Around(
        PartitionFiles files, List<PartitionName> names, int at, StoredOrder target, (int Before, int After) sides, Unread unread,
        CancellationToken cancel)
    {
        var nearest = new NearestDocuments(target, sides.Before, sides.After);
        Visit(at);
        if (!nearest.HasAllBefore && at > 0)
        {
            Visit(at - 1);
        }

        if (!nearest.HasAllAfter && at < names.Count - 1)
        {
            Visit(at + 1);
        }

        return nearest.Sorted();

        void Visit(int index) => files.Read(names[index], unread, (partition, scratch) =>
        {
            var context = new BlockContext(partition, scratch);
            foreach (var block in partition.Blocks)
            {
                cancel.ThrowIfCancellationRequested();
                context.Use(block);
                unread.Try(partition.Name, () => nearest.Visit(context));
            }
        });
    }
}
