using Confluent.Kafka;

namespace Telemetry.Bus.Kafka;

/// <summary>The right to a partition while this member has it. Safe for concurrent use.</summary>
internal sealed class PartitionLease : IBusLease
{
    private readonly LaneMembership _member;
    private PartitionReader? _reader;
    private volatile bool _isAlive = true;

    public PartitionLease(LaneMembership member, BusPartition partition, TopicPartition topic, Func<PartitionLease, IStateLog> stateLog)
    {
        _member = member;
        Partition = partition;
        Topic = topic;
        StateLog = stateLog(this);
    }

    public BusPartition Partition { get; }

    /// <summary>The same as Kafka calls it.</summary>
    public TopicPartition Topic { get; }

    public IStateLog StateLog { get; }

    /// <summary>False once the partition is another's, or may be.</summary>
    public bool IsAlive => _isAlive;

    /// <summary>The client has given the partition up, its offset being gone, and takes no seek; of the member's thread.</summary>
    public bool IsGivenUp { get; set; }

    /// <summary>The reader that is open.</summary>
    public PartitionReader? Reader => Volatile.Read(ref _reader);

    public (BusPosition Oldest, BusPosition End) Extent()
    {
        var (low, high) = _member.QueryEnds(Topic);
        return (new BusPosition(low), new BusPosition(high));
    }

    public IBusReader OpenReader(BusPosition from, out long skipped)
    {
        var (low, high) = _member.QueryEnds(Topic);
        var start = from.Value;
        skipped = Math.Max(0, low - start);
        if (start > high)
        {
            skipped = high - start;
            start = low;
        }

        var reader = new PartitionReader(this, Math.Max(start, low), high);
        Volatile.Write(ref _reader, reader);
        if (!_isAlive)
        {
            reader.Fail(Gone);
        }

        _member.Ask(new MemberRequest(this, reader, RequestKind.Start));
        return reader;
    }

    public async ValueTask<bool> MayHaveHeldEntriesAsync(CancellationToken cancel) =>
        (await _member.Routed.FindAsync(Partition.Lane, cancel)).Contains(Partition);

    /// <summary>Kafka's retention knows time and size only.</summary>
    public void AllowTrim(BusPosition indexed)
    {
    }

    public void Close(PartitionReader reader)
    {
        if (Interlocked.CompareExchange(ref _reader, null, reader) == reader)
        {
            _member.Ask(new MemberRequest(this, reader, RequestKind.Stop));
        }
    }

    public void Resume(PartitionReader reader) => _member.Ask(new MemberRequest(this, reader, RequestKind.Resume));

    public long KnownEnd() => _isAlive ? _member.KnownEnd(Topic) : 0;

    public void TellForeign(long offset) => _member.TellForeign(Topic, offset);

    /// <summary>From now on nothing is committed, and the reader gives what it has and then fails.</summary>
    public void End()
    {
        _isAlive = false;
        Reader?.Fail(Gone);
    }

    private string Gone => $"Partition {Partition} is another member's.";
}
