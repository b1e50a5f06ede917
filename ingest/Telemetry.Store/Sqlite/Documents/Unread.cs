using System.Diagnostics.Metrics;

namespace Telemetry.Store.Sqlite.Documents;

/// <summary>What one answer lacks because it could not be read. Safe for concurrent use.</summary>
/// <param name="report">Told of each fault.</param>
internal sealed class Unread(Action<ReaderFault> report)
{
    private static readonly Meter Meter = new("Telemetry.Store");

    private static readonly Counter<long> Answers = Meter.CreateCounter<long>(
        "store.incomplete_answers", "{answer}", "Answers that lack what could not be read.");

    private readonly SortedSet<string> _reasons = new(StringComparer.Ordinal);

    /// <summary>Runs a step over a partition or a block of it. False when that cannot be read, which is noted.</summary>
    public bool Try(PartitionName name, Action step)
    {
        try
        {
            step();
            return true;
        }
        catch (StoreException e)
        {
            // One that retention deleted as we went to it is no fault.
            if (File.Exists(name.Path))
            {
                Note(name, e);
            }

            return false;
        }
    }

    /// <summary>One reason a partition and fault, <c>FILE: what is wrong</c>; empty when all was read.</summary>
    public IReadOnlyList<string> Reasons()
    {
        lock (_reasons)
        {
            if (_reasons.Count > 0)
            {
                Answers.Add(1);
            }

            return [.. _reasons];
        }
    }

    private void Note(PartitionName name, StoreException e)
    {
        if (e.IsDamage)
        {
            DamageMark.Put(name, e.Message);
        }

        lock (_reasons)
        {
            _reasons.Add($"{Path.GetFileName(name.Path)}: {e.Message}");
        }

        report(new ReaderFault(name.Path, e.Message));
    }
}
