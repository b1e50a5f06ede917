using Telemetry.Cli.Hosting;
using Telemetry.Spool;

namespace Telemetry.Cli.Backup;

/// <summary>
/// Makes a data directory of a backup. All of it is verified before anything is written, then copied into
/// <see cref="DataDirectory.Restoring"/> within the directory, verified again as it is copied, made durable, and moved to its place; while
/// that folder is there no server starts on the directory.
/// </summary>
internal static class RestoreRun
{
    /// <exception cref="CliFailure">The directory is not empty, exit 2, or the backup is not whole, exit 1.</exception>
    /// <exception cref="IOException">Something cannot be read or written.</exception>
    public static async Task<BackupManifest> RunAsync(string path, DataDirectory data, CancellationToken cancel)
    {
        RefuseUnlessEmpty(data);
        var archive = Open(path);
        try
        {
            var manifest = await BackupVerifier.VerifyAsync(archive, cancel);
            await ExtractAsync(archive, manifest, data, cancel);
            return manifest;
        }
        catch (Exception e) when (e is InvalidDataException or EndOfStreamException)
        {
            throw CliFailure.Failed($"{path} cannot be restored, because {Sentence(e.Message)}. {data.Path} is as it was.");
        }
    }

    private static void RefuseUnlessEmpty(DataDirectory data)
    {
        if (File.Exists(data.Path))
        {
            throw CliFailure.Usage($"{data.Path} is a file; name a directory with --data DIR.");
        }

        if (Directory.Exists(data.Path) && Directory.EnumerateFileSystemEntries(data.Path).Any())
        {
            throw CliFailure.Usage($"The data directory {data.Path} is not empty; restore into another with --data DIR.");
        }
    }

    private static IBackupArchive Open(string path) =>
        Directory.Exists(path) ? new FolderArchive(Path.GetFullPath(path))
        : File.Exists(path) ? new TarArchive(path)
        : throw CliFailure.Usage($"There is no backup at {path}.");

    private static async Task ExtractAsync(IBackupArchive archive, BackupManifest manifest, DataDirectory data, CancellationToken cancel)
    {
        var wanted = manifest.Files.ToDictionary(file => file.Name, StringComparer.Ordinal);
        Directory.CreateDirectory(data.Restoring);
        try
        {
            await archive.VisitAsync(async (name, content) =>
            {
                if (name == BackupNames.Manifest)
                {
                    return;
                }

                if (!wanted.Remove(name, out var file) || await WriteAsync(name, content, data.Restoring, cancel) != file)
                {
                    throw new InvalidDataException($"'{name}' changed while it was read");
                }
            }, cancel);
            if (wanted.Count > 0)
            {
                throw new InvalidDataException("it changed while it was read");
            }
        }
        catch
        {
            Directory.Delete(data.Restoring, recursive: true);
            throw;
        }

        DurableFile.FlushNames(data.Restoring);
        Settle(data);
    }

    private static async Task<BackupFile> WriteAsync(string name, Stream content, string directory, CancellationToken cancel)
    {
        var path = Path.Combine(directory, name);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        BackupFile written;
        await using (var target = new FileStream(path, FileMode.CreateNew))
        {
            written = await BackupVerifier.CopyAsync(name, content, target, cancel);
        }

        DurableFile.Flush(path);
        return written;
    }

    /// <summary>The folder goes last: it tells that the directory is not whole.</summary>
    private static void Settle(DataDirectory data)
    {
        foreach (var entry in Directory.GetFileSystemEntries(data.Restoring))
        {
            Directory.Move(entry, data.In(Path.GetFileName(entry)));
        }

        new RealSpoolDirectory(data.Path).Flush();
        Directory.Delete(data.Restoring);
        new RealSpoolDirectory(data.Path).Flush();
    }

    private static string Sentence(string text) => text.TrimEnd('.');
}
