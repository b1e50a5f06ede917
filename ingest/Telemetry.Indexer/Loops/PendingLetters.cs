using Telemetry.Bus;

namespace Telemetry.Indexer.Loops;

/// <summary>Dead letters since the last commit began. Not thread-safe.</summary>
internal sealed class PendingLetters(BusPartition partition)
{
    private List<DeadLetter> _letters = [];

    /// <summary>Their bytes.</summary>
    public long Bytes { get; private set; }

    /// <summary>Keeps an entry, or one record in it; the bytes are copied.</summary>
    public void Add(in BusEntry entry, int? record, string reason, ReadOnlySpan<byte> bytes)
    {
        _letters.Add(new DeadLetter(partition, entry.Position, record, entry.Stamp, "", reason, bytes.ToArray()));
        Bytes += bytes.Length;
    }

    /// <summary>Hands over what there is.</summary>
    public List<DeadLetter> Take()
    {
        var letters = _letters;
        (_letters, Bytes) = ([], 0);
        return letters;
    }
}
