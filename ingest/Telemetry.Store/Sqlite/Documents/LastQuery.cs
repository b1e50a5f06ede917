using Telemetry.Wire;

namespace Telemetry.Store.Sqlite.Documents;

/// <summary>The last documents of a lifetime or of one of its streams, found from the newest block backwards.</summary>
internal static class LastQuery
{
    public static StoredDocuments Run(
        PartitionFiles files, LifetimeId lifetime, StreamId? stream, int count, CancellationToken cancel)
    {
        var unread = files.Begin();
        List<StoredOrder> found = [];
        for (var lane = 0; lane < files.Lanes; lane++)
        {
            var wanted = found.Count + count;
            var names = files.OfLane(lane);
            for (var i = names.Count - 1; i >= 0 && found.Count < wanted; i--)
            {
                files.Read(names[i], unread, (partition, scratch) =>
                {
                    var context = new BlockContext(partition, scratch);
                    for (var b = partition.Blocks.Count - 1; b >= 0 && found.Count < wanted; b--)
                    {
                        cancel.ThrowIfCancellationRequested();
                        context.Use(partition.Blocks[b]);
                        unread.Try(partition.Name, () => Collect(context, lifetime, stream, wanted, found));
                    }
                });
            }
        }

        found.Sort(static (x, y) => x.MintedUnixUs != y.MintedUnixUs
            ? x.MintedUnixUs.CompareTo(y.MintedUnixUs)
            : (x.Partition, x.Number).CompareTo((y.Partition, y.Number)));
        return files.Load(found[Math.Max(0, found.Count - count)..], unread, cancel);
    }

    private static void Collect(BlockContext context, LifetimeId lifetime, StreamId? stream, int wanted, List<StoredOrder> found)
    {
        if (!MayHold(context.Required(OriginReader.Origin), lifetime, stream))
        {
            return;
        }

        for (var i = context.Block.Count - 1; i >= 0 && found.Count < wanted; i--)
        {
            if (IsWanted(OriginReader.Of(context, i), lifetime, stream))
            {
                found.Add(OriginReader.Order(context, i));
            }
        }
    }

    private static bool MayHold(Column origins, LifetimeId lifetime, StreamId? stream)
    {
        var mayHold = origins.Kind != ChunkFormat.Dictionary;
        for (var code = 0; !mayHold && code < origins.Distinct; code++)
        {
            mayHold = IsWanted(OriginReader.Parse(origins.DistinctValue(code)), lifetime, stream);
        }

        return mayHold;
    }

    private static bool IsWanted(in StreamEpoch origin, LifetimeId lifetime, StreamId? stream) =>
        origin.Lifetime == lifetime && (stream is null || origin.Stream == stream);
}
