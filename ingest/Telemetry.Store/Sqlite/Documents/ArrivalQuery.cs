using Telemetry.Query;

namespace Telemetry.Store.Sqlite.Documents;

/// <summary>Follows what is stored, lane by lane, in the order in which it was stored.</summary>
internal sealed class ArrivalQuery(PartitionFiles files, KqlNode query, int limit, long nowUnixUs, CancellationToken cancel)
{
    private readonly List<StoredOrder> _found = [];
    private readonly Unread _unread = files.Begin();

    public Arrivals Run(string? after)
    {
        if (after is null || !ArrivalCursor.TryParse(after, files.Lanes, out var cursor))
        {
            cursor = [.. Enumerable.Range(0, files.Lanes).Select(End)];
        }
        else
        {
            for (var lane = 0; lane < cursor.Length; lane++)
            {
                cursor[lane] = Follow(lane, cursor[lane]);
            }
        }

        return new Arrivals(files.Load(_found, _unread, cancel), ArrivalCursor.Format(cursor));
    }

    private (long Partition, long Number) End(int lane)
    {
        var end = (Partition: 0L, Number: 0L);
        if (files.OfLane(lane) is [.., var newest])
        {
            files.Read(newest, _unread, (partition, _) => end = (newest.StartUnixSeconds, EndOf(partition)));
        }

        return end;
    }

    private (long Partition, long Number) Follow(int lane, (long Partition, long Number) from)
    {
        foreach (var name in files.OfLane(lane))
        {
            if (name.StartUnixSeconds < from.Partition || _found.Count >= limit)
            {
                continue;
            }

            var first = name.StartUnixSeconds == from.Partition ? from.Number : 0;
            var next = first;
            files.Read(name, _unread, (partition, scratch) => next = Collect(partition, scratch, first));
            from = (name.StartUnixSeconds, next);
        }

        return from;
    }

    // Returns the first document that was not looked at.
    private long Collect(PartitionReader partition, ReadScratch scratch, long from)
    {
        var node = BoundQuery.Bind(query, partition, nowUnixUs);
        var context = new BlockContext(partition, scratch);
        foreach (var block in partition.Blocks)
        {
            if (block.Id + block.Count <= from || node is NoneNode)
            {
                continue;
            }

            cancel.ThrowIfCancellationRequested();
            context.Use(block);
            var matches = scratch.RentSet();
            _unread.Try(partition.Name, () => node.Evaluate(context, null, matches));
            for (var i = (int)Math.Max(0, from - block.Id); i < block.Count; i++)
            {
                if (_found.Count >= limit)
                {
                    scratch.Return(matches);
                    return block.Id + i;
                }

                if (matches[i])
                {
                    var document = i;
                    _unread.Try(partition.Name, () => _found.Add(OriginReader.Order(context, document)));
                }
            }

            scratch.Return(matches);
        }

        return Math.Max(from, EndOf(partition));
    }

    private static long EndOf(PartitionReader partition) =>
        partition.Blocks is [.., var last] ? last.Id + last.Count : 0;
}
