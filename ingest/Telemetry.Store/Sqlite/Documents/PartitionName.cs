using System.Globalization;

namespace Telemetry.Store.Sqlite.Documents;

/// <summary><c>docs-SECONDS.db</c>: a partition by the bus time at which it begins.</summary>
/// <param name="Directory">The lane's.</param>
/// <param name="StartUnixSeconds">Seconds since the Unix epoch.</param>
/// <param name="Lane">Which of the lanes of a reader it belongs to, 0..15.</param>
internal readonly record struct PartitionName(string Directory, long StartUnixSeconds, int Lane = 0) : IComparable<PartitionName>
{
    private const string Prefix = "docs-";
    private const string Suffix = ".db";

    public string Path => System.IO.Path.Combine(
        Directory, string.Create(CultureInfo.InvariantCulture, $"{Prefix}{StartUnixSeconds:D10}{Suffix}"));

    /// <summary>Where <see cref="DamageMark"/> is.</summary>
    public string Mark => Path + ".damaged";

    /// <summary>One number that tells it from all others of a reader.</summary>
    public long Key => StartUnixSeconds << 4 | (uint)Lane;

    public int CompareTo(PartitionName other) => Key.CompareTo(other.Key);

    /// <summary>The partitions of a lane, oldest first; none when the directory does not exist.</summary>
    public static List<PartitionName> List(string directory, int lane = 0)
    {
        List<PartitionName> names = [];
        if (!System.IO.Directory.Exists(directory))
        {
            return names;
        }

        foreach (var path in System.IO.Directory.EnumerateFiles(directory, Prefix + "*" + Suffix))
        {
            var name = System.IO.Path.GetFileNameWithoutExtension(path.AsSpan());
            if (path.EndsWith(Suffix, StringComparison.Ordinal)
                && long.TryParse(name[Prefix.Length..], NumberStyles.None, CultureInfo.InvariantCulture, out var start)
                && new PartitionName(directory, start, lane) is var partition && partition.Path == path)
            {
                names.Add(partition);
            }
        }

        names.Sort();
        return names;
    }

    /// <summary>The file and what SQLite keeps beside it.</summary>
    public IEnumerable<string> Files() => [Path, Path + "-wal", Path + "-shm", Mark];
}
