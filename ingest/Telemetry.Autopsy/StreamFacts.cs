using Telemetry.Wire;

namespace Telemetry.Autopsy;

/// <summary>What is said about one epoch of one stream, apart from its records. Order of arrival does not matter.</summary>
public sealed class StreamFacts
{
    /// <summary>Ranges declared lost that are kept apart; past it neighbours are joined by the caller's ranges only.</summary>
    public const int MaxLostRanges = 10_000;

    /// <summary>File path, "stdin", or the process's name.</summary>
    public string Name { get; set; } = "";

    /// <summary>"file", "stdout", …; "" is unknown.</summary>
    public string Kind { get; set; } = "";

    /// <summary>Workload that the stream belongs to; "" is the host.</summary>
    public string WorkloadId { get; set; } = "";

    /// <summary>Lane of the stream.</summary>
    public Lane Lane { get; set; }

    /// <summary>True when nothing more will come in this epoch.</summary>
    public bool Closed { get; set; }

    /// <summary>Largest number after a record that the server said it minted.</summary>
    public ulong NextSeq { get; set; }

    /// <summary>When the next two were read, microseconds since the Unix epoch.</summary>
    public long ProgressUnixUs { get; set; }

    /// <summary>Bytes of the source read.</summary>
    public ulong ReadOffset { get; set; }

    /// <summary>Size of the source.</summary>
    public ulong SourceSize { get; set; }

    /// <summary>Ranges declared lost.</summary>
    public IntervalSet Lost { get; init; } = new();

    /// <summary>Records that came and are not in the store: it refused them, or they were purged.</summary>
    public IntervalSet Refused { get; init; } = new();

    /// <summary>The same with another set of refused records.</summary>
    internal StreamFacts With(IntervalSet refused) => new()
    {
        Name = Name,
        Kind = Kind,
        WorkloadId = WorkloadId,
        Lane = Lane,
        Closed = Closed,
        NextSeq = NextSeq,
        ProgressUnixUs = ProgressUnixUs,
        ReadOffset = ReadOffset,
        SourceSize = SourceSize,
        Lost = Lost,
        Refused = refused,
    };

    /// <summary>The server has minted everything before <paramref name="next"/>.</summary>
    public void Reached(ulong next) => NextSeq = Math.Max(NextSeq, next);

    /// <summary>How far the source was read at a time; the latest time counts.</summary>
    public void Progress(long atUnixUs, ulong readOffset, ulong sourceSize)
    {
        if ((atUnixUs, readOffset, sourceSize).CompareTo((ProgressUnixUs, ReadOffset, SourceSize)) > 0)
        {
            (ProgressUnixUs, ReadOffset, SourceSize) = (atUnixUs, readOffset, sourceSize);
        }
    }

    /// <summary>A range was declared lost.</summary>
    public void AddLost(ulong firstSeq, ulong count)
    {
        var end = firstSeq > ulong.MaxValue - count ? ulong.MaxValue : firstSeq + count;
        Reached(end);
        if (Lost.Intervals.Count < MaxLostRanges)
        {
            Lost.Add(firstSeq, end);
        }
    }

    /// <summary>The store refused a record.</summary>
    public void AddRefused(ulong seq) => AddRefused(new Interval(seq, seq + 1));

    /// <summary>Records were purged.</summary>
    public void AddRefused(IntervalSet records)
    {
        ArgumentNullException.ThrowIfNull(records);
        foreach (var range in records.Intervals)
        {
            AddRefused(range);
        }
    }

    private void AddRefused(Interval range)
    {
        if (Refused.Intervals.Count < MaxLostRanges)
        {
            Refused.Add(range.First, range.End);
        }
    }
}
