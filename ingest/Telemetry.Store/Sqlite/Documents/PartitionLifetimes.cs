using Telemetry.Wire;

namespace Telemetry.Store.Sqlite.Documents;

/// <summary>
/// Whose documents are in the partitions of a lane that are finished. Each is read once: nothing comes to it any more, and who was
/// purged from it may stay in the list. Not thread-safe.
/// </summary>
internal sealed class PartitionLifetimes
{
    private readonly Dictionary<PartitionName, HashSet<LifetimeId>> _known = [];

    /// <summary>
    /// Whether a document of one of the lifetimes is, or may be, in the partition: of one that cannot be read nobody knows.
    /// </summary>
    public bool MayHold(PartitionName name, IReadOnlySet<LifetimeId> lifetimes)
    {
        if (lifetimes.Count == 0)
        {
            return false;
        }

        try
        {
            if (!_known.TryGetValue(name, out var found))
            {
                _known.Add(name, found = Read(name));
            }

            return found.Overlaps(lifetimes);
        }
        catch (StoreException)
        {
            return true;
        }
    }

    /// <summary>The partition is gone.</summary>
    public void Forget(PartitionName name) => _known.Remove(name);

    private static HashSet<LifetimeId> Read(PartitionName name)
    {
        using var partition = PartitionReader.Open(name);
        partition.BeginRead();
        var column = new Column();
        HashSet<LifetimeId> found = [];
        foreach (var block in partition.Blocks)
        {
            if (!partition.TryRead(block, OriginReader.Origin, column))
            {
                throw StoreException.Damage("a block lacks a column");
            }

            var isDictionary = column.Kind == ChunkFormat.Dictionary;
            for (var i = 0; i < (isDictionary ? column.Distinct : column.Values); i++)
            {
                found.Add(OriginReader.Parse(isDictionary ? column.DistinctValue(i) : column.Text(i)).Lifetime);
            }
        }

        partition.EndRead();
        return found;
    }
}
