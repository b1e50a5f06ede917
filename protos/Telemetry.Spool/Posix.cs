using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Telemetry.Spool;

/// <summary>
/// The two calls .NET does not give: fdatasync, and fsync of a directory. <see cref="RandomAccess.FlushToDisk"/> will not do
/// for the first: it swallows EROFS (dotnet/runtime, FileStreamHelpers.Unix.cs), which is what ext4 answers after it
/// has aborted, and a flush that failed must never look like one that did not.
/// </summary>
internal static partial class Posix
{
    private const int Interrupted = 4;
    private const int NoSpace = 28;
    private const int QuotaExceeded = 122;
    private const int ReadOnlyCloseOnExec = 0x80000;

    /// <summary>Makes the data of a file durable; the length too if it changed.</summary>
    public static void FlushData(SafeFileHandle file, string path)
    {
        if (!OperatingSystem.IsLinux())
        {
            RandomAccess.FlushToDisk(file);
            return;
        }

        while (fdatasync(file) != 0)
        {
            ThrowUnlessInterrupted(path);
        }
    }

    /// <summary>Makes the entries of a directory durable. Nothing to do where directories cannot be flushed.</summary>
    public static void FlushDirectory(string path)
    {
        if (!OperatingSystem.IsLinux())
        {
            return;
        }

        var descriptor = open(path, ReadOnlyCloseOnExec);
        if (descriptor < 0)
        {
            throw Error(path, Marshal.GetLastPInvokeError());
        }

        using var directory = new SafeFileHandle(descriptor, ownsHandle: true);
        while (fsync(directory) != 0)
        {
            ThrowUnlessInterrupted(path);
        }
    }

    /// <summary>Whether the system said that there is no space (ENOSPC, EDQUOT).</summary>
    public static bool IsDiskFull(IOException e) =>
        OperatingSystem.IsWindows() ? e.HResult == unchecked((int)0x80070070) : e.HResult is NoSpace or QuotaExceeded;

    private static void ThrowUnlessInterrupted(string path)
    {
        var error = Marshal.GetLastPInvokeError();
        if (error != Interrupted)
        {
            throw Error(path, error);
        }
    }

    private static IOException Error(string path, int error)
    {
        var e = new IOException($"{Marshal.GetPInvokeErrorMessage(error)}: '{path}'", error);
        return IsDiskFull(e) ? new SpoolDiskFullException(e.Message, e) : e;
    }

#pragma warning disable IDE1006 // Named as the system names them.
    [LibraryImport("libc", SetLastError = true)]
    private static partial int fdatasync(SafeFileHandle file);

    [LibraryImport("libc", SetLastError = true)]
    private static partial int fsync(SafeFileHandle file);

    [LibraryImport("libc", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int open(string path, int flags);
#pragma warning restore IDE1006
}
