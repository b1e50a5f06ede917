using System.Collections.Concurrent;
using Telemetry.Query;

namespace Telemetry.Store.Sqlite.Documents;

/// <summary>
/// The partitions of one or more lanes as they are found on disk, and the ways to read them. A partition that cannot be read
/// is reported once and left out; one that can be read in part answers with that part. Safe for concurrent use.
/// </summary>
internal sealed class PartitionFiles(string[] directories, Action<ReaderFault> report) : IDisposable
{
    private readonly PartitionPool _pool = new();
    private readonly HashSet<ReaderFault> _reported = [];

    // Times of partitions that get no more documents, so that a search for an hour does not open those of weeks.
    private readonly ConcurrentDictionary<PartitionName, Range> _times = new();

    public int Lanes => directories.Length;

    /// <summary>What could not be read so far, by this process or one before it, and is still there.</summary>
    public IReadOnlyList<ReaderFault> Faults
    {
        get
        {
            var marked = from name in Newest()
                         let reason = DamageMark.Find(name)
                         where reason is not null
                         select new ReaderFault(name.Path, reason);
            lock (_reported)
            {
                _reported.RemoveWhere(fault => !File.Exists(fault.Path));
                return [.. _reported.Concat(marked).DistinctBy(fault => fault.Path)];
            }
        }
    }

    /// <summary>Begins an answer.</summary>
    public Unread Begin() => new(Report);

    /// <summary>Partitions of a lane, oldest first.</summary>
    public List<PartitionName> OfLane(int lane) => PartitionName.List(directories[lane], lane);

    /// <summary>Partitions of all lanes, newest first.</summary>
    public List<PartitionName> Newest()
    {
        List<PartitionName> names = [.. Enumerable.Range(0, Lanes).SelectMany(OfLane)];
        _pool.Forget(names);
        foreach (var gone in _times.Keys.Except(names))
        {
            _times.TryRemove(gone, out _);
        }

        names.Sort((x, y) => y.CompareTo(x));
        return names;
    }

    /// <summary>
    /// Shows the matches of all partitions to visitors, at most two at a time, and joins what they gathered into one.
    /// </summary>
    public TVisitor Scan<TVisitor>(
        KqlNode query, Range times, long nowUnixUs, Func<TVisitor> create, Action<TVisitor, TVisitor> join, Unread unread,
        CancellationToken cancel)
        where TVisitor : IBlockVisitor
    {
        var all = create();
        var scan = new PartitionScan(_pool, query, times, nowUnixUs, unread);
        HashSet<int> lanes = [];
        foreach (var name in times.Min <= times.Max ? Newest() : [])
        {
            Range known = default;
            var isFinished = !lanes.Add(name.Lane);
            if (isFinished && _times.TryGetValue(name, out known) && (known.Max < times.Min || known.Min > times.Max))
            {
                continue;
            }

            TVisitor[] visitors = [create(), create()];
            if (unread.Try(name, () => known = scan.Run(name, [visitors[0], visitors[1]], cancel)))
            {
                join(all, visitors[0]);
                join(all, visitors[1]);
                if (isFinished)
                {
                    _times[name] = known;
                }
            }
        }

        return all;
    }

    /// <summary>Gives one connection and buffers to <paramref name="read"/>. False when the partition cannot be read.</summary>
    public bool Read(PartitionName name, Unread unread, Action<PartitionReader, ReadScratch> read) => unread.Try(name, () =>
    {
        var partition = _pool.Rent(name);
        var scratch = _pool.RentScratch();
        var isGood = false;
        try
        {
            read(partition, scratch);
            isGood = true;
        }
        finally
        {
            _pool.Return(partition, isGood);
            _pool.Return(scratch);
        }
    });

    /// <summary>Reads whole documents, in the order given; those that are gone are left out.</summary>
    public StoredDocuments Load(IReadOnlyList<StoredOrder> orders, Unread unread, CancellationToken cancel)
    {
        var slots = new StoredDocument?[orders.Count];
        var names = Newest().ToDictionary(name => name.Key);
        foreach (var group in orders.Select((order, slot) => (order.Partition, order.Number, Slot: slot)).GroupBy(hit => hit.Partition))
        {
            cancel.ThrowIfCancellationRequested();
            if (names.TryGetValue(group.Key, out var name))
            {
                (long, int)[] wanted = [.. group.OrderBy(hit => hit.Number).Select(hit => (hit.Number, hit.Slot))];
                Read(name, unread, (partition, scratch) => new DocumentLoader(partition, scratch, unread).Load(wanted, slots));
            }
        }

        // A purge in between moves documents of a block to other numbers.
        var found = slots.Where((document, i) => document?.Record == orders[i].Record).OfType<StoredDocument>();
        return new StoredDocuments([.. found], unread.Reasons());
    }

    public void Dispose() => _pool.Dispose();

    private void Report(ReaderFault fault)
    {
        lock (_reported)
        {
            if (_reported.Count >= 1000 || !_reported.Add(fault))
            {
                return;
            }
        }

        report(fault);
    }
}
