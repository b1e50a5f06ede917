using System.Security.Cryptography;
using Telemetry.Spool;

namespace Telemetry.Cli.Backup;

/// <summary>Makes files and names durable; a failed fsync is told (<see cref="ISpoolFile.Flush"/>).</summary>
internal static class DurableFile
{
    /// <summary>Makes the content durable.</summary>
    public static void Flush(string path)
    {
        using var file = new RealSpoolDirectory(Path.GetDirectoryName(Path.GetFullPath(path))!).Open(Path.GetFileName(path), writable: true);
        file.Flush();
    }

    /// <summary>Makes the names in a directory and in all below it durable.</summary>
    public static void FlushNames(string directory)
    {
        foreach (var below in Directory.EnumerateDirectories(directory, "*", SearchOption.AllDirectories))
        {
            new RealSpoolDirectory(below).Flush();
        }

        new RealSpoolDirectory(directory).Flush();
    }

    public static async Task<BackupFile> DescribeAsync(string name, string path, CancellationToken cancel)
    {
        await using var content = File.OpenRead(path);
        var hash = await SHA256.HashDataAsync(content, cancel);
        return new BackupFile(name, content.Length, Convert.ToHexStringLower(hash));
    }
}
