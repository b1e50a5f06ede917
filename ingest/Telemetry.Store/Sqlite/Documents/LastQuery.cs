using Telemetry.Wire;

namespace Telemetry.Store.Sqlite.Documents;

/// <summary>The last documents of a lifetime or of one of its streams, found from the newest block backwards.</summary>
internal static class LastQuery
{
    public static IReadOnlyList<StoredDocument> Run(
        PartitionFiles files, LifetimeId lifetime, StreamId? stream, int count, CancellationToken cancel)
    {
        List<StoredOrder> found = [];
        for (var lane = 0; lane < files.Lanes; lane++)
        {
            var wanted = found.Count + count;
            var names = files.OfLane(lane);
            for (var i = names.Count - 1; i >= 0 && found.Count < wanted; i--)
            {
                files.Read(names[i], (partition, scratch) => Collect(partition, scratch, lifetime, stream, wanted, found, cancel));
            }
        }

        found.Sort(static (x, y) => x.MintedUnixUs != y.MintedUnixUs
            ? x.MintedUnixUs.CompareTo(y.MintedUnixUs)
            : (x.Partition, x.Number).CompareTo((y.Partition, y.Number)));
        return files.Load(found[Math.Max(0, found.Count - count)..], cancel);
    }

    private static void Collect(
        PartitionReader partition, ReadScratch scratch, LifetimeId lifetime, StreamId? stream, int wanted, List<StoredOrder> found,
        CancellationToken cancel)
    {
        var context = new BlockContext(partition, scratch);
        for (var b = partition.Blocks.Count - 1; b >= 0 && found.Count < wanted; b--)
        {
            cancel.ThrowIfCancellationRequested();
            context.Use(partition.Blocks[b]);
            if (!MayHold(context.Required(OriginReader.Origin), lifetime, stream))
            {
                continue;
            }

            for (var i = context.Block.Count - 1; i >= 0 && found.Count < wanted; i--)
            {
                if (IsWanted(OriginReader.Of(context, i), lifetime, stream))
                {
                    found.Add(OriginReader.Order(context, i));
                }
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
