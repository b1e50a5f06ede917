using Microsoft.Win32.SafeHandles;
using Telemetry.Shipping.Files;
using Telemetry.Spool;

namespace Telemetry.Shipping.Lanes;

/// <summary>
/// A data directory that belongs to this process as long as it lives. The lock lies beside the logs' own so that a directory
/// can be deleted while it is held.
/// </summary>
internal sealed class DirectoryLock : IDisposable
{
    private const string FileName = "owner.lock";

    private readonly string _directory;
    private readonly SafeFileHandle _handle;

    private DirectoryLock(string directory, SafeFileHandle handle)
    {
        _directory = directory;
        _handle = handle;
    }

    /// <summary>True when the directory was made for such a lock. Any other is somebody's own.</summary>
    public static bool IsOne(string directory) => File.Exists(Path.Combine(directory, FileName));

    /// <summary>Creates the directory when absent. Null when another process has it.</summary>
    /// <exception cref="IOException">The directory cannot be used.</exception>
    public static DirectoryLock? TryAcquire(string directory)
    {
        try
        {
            Directory.CreateDirectory(directory);
        }
        catch (UnauthorizedAccessException e)
        {
            throw new IOException(e.Message, e);
        }

        var path = Path.Combine(directory, FileName);
        SafeFileHandle handle;
        try
        {
            handle = File.OpenHandle(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        }
        catch (UnauthorizedAccessException e)
        {
            throw new IOException(e.Message, e);
        }
        catch (IOException) when (File.Exists(path))
        {
            return null;
        }

        // Between open and lock the owner before may have deleted the directory: the lock is worth something only if its file
        // still has this name.
        if (FileStat.TryGet(handle, out var locked) && FileStat.TryGet(path, out var named) && locked.Identity == named.Identity)
        {
            return new DirectoryLock(directory, handle);
        }

        handle.Dispose();
        return null;
    }

    /// <summary>
    /// Deletes these logs in it, and itself when it holds nothing else: the folder may be one in which somebody keeps files of his own. What a
    /// log set aside as damaged stays, as it was said to be kept.
    /// </summary>
    public void DeleteDirectory(params ReadOnlySpan<string> contents)
    {
        try
        {
            foreach (var content in contents)
            {
                DeleteLog(Path.Combine(_directory, content));
            }

            File.Delete(Path.Combine(_directory, FileName));
            if (!Directory.EnumerateFileSystemEntries(_directory).Any())
            {
                Directory.Delete(_directory);
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // An empty spool more; the next adoption tries again.
        }
    }

    public void Dispose() => _handle.Dispose();

    private static void DeleteLog(string path)
    {
        if (!Directory.Exists(path))
        {
            return;
        }

        var damaged = Path.Combine(path, SpoolDamage.Folder);
        if (!Directory.Exists(damaged) || !Directory.EnumerateFileSystemEntries(damaged).Any())
        {
            Directory.Delete(path, recursive: true);
            return;
        }

        foreach (var file in Directory.EnumerateFiles(path))
        {
            File.Delete(file);
        }
    }
}
