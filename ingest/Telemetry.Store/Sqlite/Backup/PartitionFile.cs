using Telemetry.Store.Sqlite.Documents;

namespace Telemetry.Store.Sqlite.Backup;

/// <summary>One partition of documents, as those who copy files see it.</summary>
/// <param name="Path">The SQLite file.</param>
/// <param name="Extras">Files that belong to it and can be copied as they are, if it is damaged: nobody writes it any more.</param>
public sealed record PartitionFile(string Path, IReadOnlyList<string> Extras)
{
    /// <summary>Why it cannot be read in full; null when nothing is known to be wrong. Such a one is copied byte by byte.</summary>
    public string? Damage { get; private init; }

    /// <summary>
    /// Partitions of a lane, oldest first. All but the last get no more documents; retention may delete any but the last.
    /// </summary>
    /// <param name="laneDirectory"><c>DATA/store/LANE</c>; none when it does not exist.</param>
    public static IReadOnlyList<PartitionFile> List(string laneDirectory) =>
        [.. PartitionName.List(laneDirectory).Select(name => new PartitionFile(
            name.Path, [.. new[] { name.Path + "-wal", name.Mark }.Where(File.Exists)]) { Damage = DamageMark.Find(name) })];
}
