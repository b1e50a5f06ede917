using Telemetry.Wire;

namespace Telemetry.Store.Sqlite.Documents;

/// <summary>
/// Deletes whole partitions of one lane, oldest first, never the newest. Readers that have one open finish with it. Not for
/// concurrent use on one directory.
/// </summary>
/// <param name="directory">The lane's.</param>
public sealed class SqliteRetention(string directory)
{
    private readonly PartitionLifetimes _lifetimes = new();

    /// <summary>
    /// Deletes the partitions whose last document came to the bus more than <paramref name="keep"/> ago, then more until the lane
    /// takes at most <paramref name="keepBytes"/> (partitions set aside as damaged count, and go with their time). Passes over those that
    /// hold, or may hold, documents of <paramref name="held"/> lifetimes. Throws <see cref="IOException"/> when a file cannot be deleted.
    /// </summary>
    public RetentionResult Apply(TimeSpan keep, long keepBytes, DateTimeOffset now, IReadOnlySet<LifetimeId>? held = null)
    {
        var names = PartitionName.List(directory);
        var oldest = now.ToUnixTimeSeconds() - (long)keep.TotalSeconds;
        held ??= new HashSet<LifetimeId>();

        // Nobody knows whose documents a damaged file holds.
        var bytes = names.Sum(Bytes) + DeleteEvidence(held.Count > 0 ? long.MinValue : oldest);
        var (partitions, freed, heldBytes) = (0, 0L, 0L);
        for (var i = 0; i < names.Count - 1; i++)
        {
            // A partition ends where the next begins.
            if (names[i + 1].StartUnixSeconds >= oldest && bytes <= keepBytes)
            {
                break;
            }

            var size = Bytes(names[i]);
            if (_lifetimes.MayHold(names[i], held))
            {
                heldBytes += size;
                continue;
            }

            _lifetimes.Forget(names[i]);
            foreach (var file in names[i].Files())
            {
                File.Delete(file);
            }

            (bytes, freed, partitions) = (bytes - size, freed + size, partitions + 1);
        }

        return new RetentionResult(partitions, freed, bytes, heldBytes);
    }

    // Returns the bytes of what stays.
    private long DeleteEvidence(long oldest)
    {
        var bytes = 0L;
        foreach (var path in Directory.Exists(directory) ? Directory.EnumerateFiles(directory, "docs-*.damaged-*") : [])
        {
            var file = new FileInfo(path);
            if (new DateTimeOffset(file.LastWriteTimeUtc).ToUnixTimeSeconds() < oldest)
            {
                file.Delete();
            }
            else
            {
                bytes += file.Length;
            }
        }

        return bytes;
    }

    private static long Bytes(PartitionName name) => name.Files().Where(File.Exists).Sum(file => new FileInfo(file).Length);
}

/// <summary>What retention did.</summary>
/// <param name="Partitions">Partitions deleted.</param>
/// <param name="FreedBytes">Their size.</param>
/// <param name="Bytes">What the lane takes now.</param>
/// <param name="HeldBytes">Of this, what would have been deleted and is held.</param>
public sealed record RetentionResult(int Partitions, long FreedBytes, long Bytes, long HeldBytes = 0);
