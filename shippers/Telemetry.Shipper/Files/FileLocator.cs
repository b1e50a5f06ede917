using Microsoft.Win32.SafeHandles;
using Telemetry.Shipping.Files;

namespace Telemetry.Shipper.Files;

/// <summary>Finds and opens files by what they are, not by what they are called.</summary>
internal static class FileLocator
{
    /// <summary>
    /// Opens the file at its last known path or, renamed, elsewhere in that folder. Null when it is gone, may not be read or
    /// has another beginning.
    /// </summary>
    public static SafeFileHandle? TryFind(FileIdentity identity, Fingerprint fingerprint, string hint, out string path)
    {
        path = hint;
        if (TryOpenExactly(hint, identity, fingerprint) is { } handle)
        {
            return handle;
        }

        try
        {
            foreach (var other in Directory.EnumerateFiles(Path.GetDirectoryName(hint) ?? "/"))
            {
                if (TryOpenExactly(other, identity, fingerprint) is { } found)
                {
                    path = other;
                    return found;
                }
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // The folder is gone with the file.
        }

        return null;
    }

    /// <summary>Opens a regular file for reading while others write, rename and delete it; null with one sentence when it cannot.</summary>
    public static SafeFileHandle? TryOpen(string path, out string problem)
    {
        problem = "";
        try
        {
            return File.OpenHandle(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            problem = e.Message;
            return null;
        }
    }

    private static SafeFileHandle? TryOpenExactly(string path, FileIdentity identity, Fingerprint fingerprint)
    {
        if (!FileStat.TryGet(path, out var stat) || !stat.IsRegular || !IsSame(stat.Identity, identity))
        {
            return null;
        }

        var handle = TryOpen(path, out _);
        if (handle is not null && FileStat.TryGet(handle, out var opened) && IsSame(opened.Identity, identity)
            && fingerprint.Matches(handle))
        {
            return handle;
        }

        handle?.Dispose();
        return null;
    }

    /// <summary>Device numbers of some file systems change with a reboot; inode, birth and content then decide.</summary>
    private static bool IsSame(FileIdentity one, FileIdentity other) =>
        one.Inode == other.Inode && one.BornUnixNs == other.BornUnixNs;
}
