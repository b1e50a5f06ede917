using System.Globalization;

namespace Telemetry.Store.Sqlite.Documents;

/// <summary><c>docs-SECONDS.db</c>: a partition by the bus time at which it begins, seconds since the Unix epoch.</summary>
internal readonly record struct PartitionName(string Directory, long StartUnixSeconds) : IComparable<PartitionName>
{
    private const string Prefix = "docs-";
    private const string Suffix = ".db";

    public string Path => System.IO.Path.Combine(
        Directory, string.Create(CultureInfo.InvariantCulture, $"{Prefix}{StartUnixSeconds:D10}{Suffix}"));

    public int CompareTo(PartitionName other) => StartUnixSeconds.CompareTo(other.StartUnixSeconds);

    /// <summary>The partitions of a lane, oldest first; none when the directory does not exist.</summary>
    public static List<PartitionName> List(string directory)
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
                && long.TryParse(name[Prefix.Length..], NumberStyles.None, CultureInfo.InvariantCulture, out var start))
            {
                names.Add(new PartitionName(directory, start));
            }
        }

        names.Sort();
        return names;
    }

    /// <summary>The file and what SQLite keeps beside it.</summary>
    public IEnumerable<string> Files() => [Path, Path + "-wal", Path + "-shm"];
}
