namespace Telemetry.Cli.Backup;

/// <summary>A folder that <see cref="FolderSink"/> made.</summary>
internal sealed class FolderArchive(string path) : IBackupArchive
{
    private static readonly EnumerationOptions Everything = new() { RecurseSubdirectories = true, AttributesToSkip = 0 };

    public async Task VisitAsync(Func<string, Stream, Task> visit, CancellationToken cancel)
    {
        foreach (var file in new DirectoryInfo(path).EnumerateFileSystemInfos("*", Everything).OrderBy(file => file.FullName, StringComparer.Ordinal))
        {
            cancel.ThrowIfCancellationRequested();
            var name = Path.GetRelativePath(path, file.FullName).Replace('\\', '/');
            if (file.LinkTarget is not null)
            {
                throw new InvalidDataException($"'{name}' in it is a link");
            }

            if (file is FileInfo)
            {
                await using var content = new FileStream(file.FullName, FileMode.Open, FileAccess.Read, FileShare.Read);
                await visit(name, content);
            }
        }
    }
}
