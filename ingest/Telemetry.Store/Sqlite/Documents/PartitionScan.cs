using Telemetry.Query;

namespace Telemetry.Store.Sqlite.Documents;

/// <summary>
/// Shows the matches of a query in one partition, block by block, newest first, to one or two visitors on as many threads.
/// </summary>
/// <param name="pool">Where connections come from.</param>
/// <param name="query">The tree.</param>
/// <param name="times">Wanted <c>@timestamp</c>, both ends included.</param>
/// <param name="nowUnixUs">What <c>now</c> means.</param>
/// <param name="unread">Gets the blocks that cannot be read; the others are shown all the same.</param>
internal sealed class PartitionScan(PartitionPool pool, KqlNode query, Range times, long nowUnixUs, Unread unread)
{
    // Fewer blocks are not worth a second thread.
    private const int BlocksPerThread = 16;

    /// <summary>
    /// Returns the times of all the partition's documents. Throws a <see cref="StoreException"/> when it cannot be read; the
    /// visitors may then have seen a part.
    /// </summary>
    public Range Run(PartitionName name, IReadOnlyList<IBlockVisitor> visitors, CancellationToken cancel)
    {
        using var first = new Lease(pool, name);
        BlockInfo[] blocks = [.. first.Reader.Blocks.Where(IsInTime)];
        Array.Sort(blocks, (x, y) => y.Timestamps.Max.CompareTo(x.Timestamps.Max));
        var next = -1;
        if (visitors.Count == 1 || blocks.Length < 2 * BlocksPerThread || SecondReader(name, first.Reader) is not { } second)
        {
            Work(first, blocks, ref next, visitors[0], cancel);
            return Times(first.Reader);
        }

        using (second)
        {
            var other = Task.Run(() => Work(second, blocks, ref next, visitors[1], cancel), CancellationToken.None);
            try
            {
                Work(first, blocks, ref next, visitors[0], cancel);
            }
            finally
            {
                // The other thread ends by itself: there are no more blocks, or it fails as this one did.
                Volatile.Write(ref next, blocks.Length);
                other.ContinueWith(static _ => { }, TaskScheduler.Default).Wait(CancellationToken.None);
            }

            other.GetAwaiter().GetResult();
        }

        return Times(first.Reader);
    }

    private static Range Times(PartitionReader partition) =>
        partition.Blocks.Aggregate(Range.Empty, static (all, block) => all.With(block.Timestamps));

    private bool IsInTime(BlockInfo block) => block.Timestamps.Max >= times.Min && block.Timestamps.Min <= times.Max;

    // Both have to see the same commit. A writer that commits just now is tried again, then left to one thread.
    private Lease? SecondReader(PartitionName name, PartitionReader first)
    {
        var second = new Lease(pool, name);
        if (second.Reader.Blocks.SequenceEqual(first.Blocks))
        {
            return second;
        }

        second.Dispose();
        return null;
    }

    private void Work(Lease lease, BlockInfo[] blocks, ref int next, IBlockVisitor visitor, CancellationToken cancel)
    {
        var node = BoundQuery.Bind(query, lease.Reader, nowUnixUs);
        var scratch = pool.RentScratch();
        var context = new BlockContext(lease.Reader, scratch);
        for (var i = Interlocked.Increment(ref next); i < blocks.Length && i >= 0; i = Interlocked.Increment(ref next))
        {
            cancel.ThrowIfCancellationRequested();
            if (node is NoneNode)
            {
                break;
            }

            context.Use(blocks[i]);
            unread.Try(lease.Reader.Name, () => Show(context, node, visitor));
        }

        pool.Return(scratch);
        lease.IsGood = true;
    }

    private void Show(BlockContext context, BoundNode node, IBlockVisitor visitor)
    {
        var block = context.Block;
        var isWhole = block.Timestamps.Min >= times.Min && block.Timestamps.Max <= times.Max;
        if (isWhole && node is EveryNode)
        {
            visitor.Visit(context, null);
            return;
        }

        var within = isWhole ? null : InTime(context);
        var matches = context.Scratch.RentSet();
        node.Evaluate(context, within, matches);
        if (within is not null)
        {
            matches.And(within);
            context.Scratch.Return(within);
        }

        if (!matches.IsEmpty)
        {
            visitor.Visit(context, matches);
        }

        context.Scratch.Return(matches);
    }

    private DocumentSet InTime(BlockContext context)
    {
        var within = context.Scratch.RentSet();
        var timestamps = context.Required(OriginReader.Timestamp).Numbers();
        for (var i = 0; i < timestamps.Length; i++)
        {
            if (timestamps[i] >= times.Min && timestamps[i] <= times.Max)
            {
                within.Add(i);
            }
        }

        return within;
    }

    private sealed class Lease(PartitionPool pool, PartitionName name) : IDisposable
    {
        public PartitionReader Reader { get; } = pool.Rent(name);

        public bool IsGood { get; set; }

        public void Dispose() => pool.Return(Reader, IsGood);
    }
}
