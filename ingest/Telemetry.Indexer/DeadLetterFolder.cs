using Telemetry.Bus;
using Telemetry.Indexer.Loops;
using Telemetry.Wire;

namespace Telemetry.Indexer;

/// <summary>
/// The dead letters in a data directory, where the bus keeps none. An indexer may run on the directory meanwhile. Every method throws
/// <see cref="IOException"/> when a file cannot be read or deleted. Safe for concurrent use.
/// </summary>
/// <param name="dataDirectory">The data directory; need not exist.</param>
public sealed class DeadLetterFolder(string dataDirectory)
{
    private static readonly Lane[] _lanes = [Lane.Critical, Lane.Bulk];
    private readonly IndexerOptions _options = new() { DataDirectory = dataDirectory };

    /// <summary>The newest letters, oldest first, without their bytes.</summary>
    /// <param name="limit">How many at most, from 1.</param>
    public IReadOnlyList<KeptDeadLetter> List(int limit)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(limit, 1);
        return
        [
            .. _lanes.SelectMany(FilesOf).OrderBy(file => file.Info.LastWriteTimeUtc).ThenBy(file => file.Info.Name, StringComparer.Ordinal)
                .TakeLast(limit).Select(file => TryRead(file.Info.FullName, file.Lane, withBytes: false)).OfType<KeptDeadLetter>(),
        ];
    }

    /// <summary>One letter with its bytes; null when there is none.</summary>
    public KeptDeadLetter? Find(string id) =>
        DeadLetterId.TryParse(id, out var parsed) ? TryRead(PathOf(parsed), parsed.Partition.Lane, withBytes: true) : null;

    /// <summary>Deletes a letter; one that is none is no error.</summary>
    public void Drop(string id)
    {
        if (DeadLetterId.TryParse(id, out var parsed) && File.Exists(PathOf(parsed)))
        {
            File.Delete(PathOf(parsed));
        }
    }

    private IEnumerable<(FileInfo Info, Lane Lane)> FilesOf(Lane lane)
    {
        var directory = new DirectoryInfo(_options.DeadLetterPath(lane));
        return directory.Exists
            ? directory.EnumerateFiles("*" + DeadLetterFileFormat.Extension).Select(file => (file, lane))
            : [];
    }

    // The id comes from a command line and must not lead out of the folder.
    private string PathOf(DeadLetterId id) => Path.Combine(
        _options.DeadLetterPath(id.Partition.Lane),
        DeadLetterFileFormat.NameOf(id with { DocumentId = Path.GetFileName(id.DocumentId) }) + DeadLetterFileFormat.Extension);

    private static KeptDeadLetter? TryRead(string path, Lane lane, bool withBytes)
    {
        try
        {
            return DeadLetterFileFormat.Read(path, lane, withBytes);
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            // Deleted since it was listed, or never there.
            return null;
        }
    }
}
