using Telemetry.Wire;

namespace Telemetry.Store.Sqlite.Documents;

/// <summary>
/// The documents of a lifetime or of one of its streams that were minted last, found from the newest block backwards: what came late
/// lies behind what is newer.
/// </summary>
internal static class LastQuery
{
    public static StoredDocuments Run(
        PartitionFiles files, LifetimeId lifetime, StreamId? stream, int count, CancellationToken cancel)
    {
        var unread = files.Begin();
        var last = new NewestHits(count);
        for (var lane = 0; lane < files.Lanes; lane++)
        {
            var names = files.OfLane(lane);
            for (var i = names.Count - 1; i >= 0 && last.MayTake(EndOf(names, i)); i--)
            {
                files.Read(names[i], unread, (partition, scratch) =>
                {
                    var context = new BlockContext(partition, scratch);
                    for (var b = partition.Blocks.Count - 1; b >= 0; b--)
                    {
                        cancel.ThrowIfCancellationRequested();
                        if (last.MayTake(partition.Blocks[b].Minted.Max))
                        {
                            context.Use(partition.Blocks[b]);
                            unread.Try(partition.Name, () => Collect(context, lifetime, stream, last));
                        }
                    }
                });
            }
        }

        return files.Load([.. last.Sorted().AsEnumerable().Reverse()], unread, cancel);
    }

    // Nothing is minted after it has come on the bus, and by that time it is put into a partition.
    private static long EndOf(List<PartitionName> names, int index) =>
        index == names.Count - 1 ? long.MaxValue : names[index + 1].StartUnixSeconds * 1_000_000;

    private static void Collect(BlockContext context, LifetimeId lifetime, StreamId? stream, NewestHits last)
    {
        if (!MayHold(context.Required(OriginReader.Origin), lifetime, stream))
        {
            return;
        }

        var minted = context.Required(OriginReader.Minted).Numbers();
        for (var i = 0; i < minted.Length; i++)
        {
            if (last.MayTake(minted[i]) && IsWanted(OriginReader.Of(context, i), lifetime, stream))
            {
                // Its time here is when it was minted.
                last.Offer(OriginReader.Order(context, i) with { TimestampUnixUs = minted[i] });
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
