using Telemetry.Bus;
using Telemetry.Indexer.Loops;

namespace Telemetry.Indexer;

/// <summary>Whether this version can index what an earlier one could not. Pure.</summary>
public static class DeadLetterCheck
{
    /// <summary>What is still wrong with an entry that was kept as a dead letter, in one sentence; "" when it decodes now.</summary>
    public static string FindProblem(DeadLetter letter)
    {
        ArgumentNullException.ThrowIfNull(letter);
        var entry = new BusEntry(letter.Position, letter.Position, letter.Stamp, letter.Bytes);
        return new EntryCheck(letter.Partition.Lane).TryOpen(entry, out _, out _, out var problem) ? "" : problem;
    }
}
