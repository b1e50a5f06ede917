using System.Formats.Tar;

namespace Telemetry.Cli.Backup;

/// <summary>A file that <see cref="TarSink"/> made, or <c>tar -cf FILE -C FOLDER .</c> of a folder.</summary>
internal sealed class TarArchive(string path) : IBackupArchive
{
    public async Task VisitAsync(Func<string, Stream, Task> visit, CancellationToken cancel)
    {
        await using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read);
        await using var tar = new TarReader(file);
        while (await NextAsync(tar, cancel) is { } entry)
        {
            if (entry.EntryType is TarEntryType.Directory)
            {
                continue;
            }

            var name = entry.Name.StartsWith("./", StringComparison.Ordinal) ? entry.Name[2..] : entry.Name;
            if (entry.EntryType is not (TarEntryType.RegularFile or TarEntryType.V7RegularFile))
            {
                throw new InvalidDataException($"'{name}' in it is no plain file");
            }

            await visit(name, entry.DataStream ?? Stream.Null);
        }
    }

    private static async Task<TarEntry?> NextAsync(TarReader tar, CancellationToken cancel)
    {
        try
        {
            return await tar.GetNextEntryAsync(copyData: false, cancel);
        }
        catch (Exception e) when (e is FormatException or ArgumentException or OverflowException)
        {
            throw new InvalidDataException(e.Message, e);
        }
    }
}
