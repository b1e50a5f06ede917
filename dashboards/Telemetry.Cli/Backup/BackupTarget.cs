namespace Telemetry.Cli.Backup;

/// <summary>Chooses what a backup becomes by its name.</summary>
internal static class BackupTarget
{
    private const string TarSuffix = ".tar";

    /// <summary>Opens one file for a name that ends in <c>.tar</c>, a folder for any other.</summary>
    /// <exception cref="CliFailure">There is something of that name already, or a backup of that name is being made; exit 2.</exception>
    public static IBackupSink Open(string path)
    {
        var full = Path.TrimEndingDirectorySeparator(Path.GetFullPath(path));
        if (File.Exists(full) || (Directory.Exists(full) && Directory.EnumerateFileSystemEntries(full).Any()))
        {
            throw CliFailure.Usage($"There is something in {full} already; name another place for the backup.");
        }

        return full.EndsWith(TarSuffix, StringComparison.OrdinalIgnoreCase) ? new TarSink(full) : new FolderSink(full);
    }

    /// <summary>One at a time; the kernel lets go when the process ends.</summary>
    public static FileStream Lock(string path)
    {
        try
        {
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            return new FileStream(
                path + ".lock", FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None, 1, FileOptions.DeleteOnClose);
        }
        catch (IOException e) when (e is not DirectoryNotFoundException && File.Exists(path + ".lock"))
        {
            throw CliFailure.Usage($"Another backup to {path} is being made.");
        }
    }
}
