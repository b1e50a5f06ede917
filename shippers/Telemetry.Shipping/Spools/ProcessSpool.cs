using Telemetry.Shipping.Lanes;
using Telemetry.Shipping.Native;
using Telemetry.Shipping.Sending;
using Telemetry.Spool;

namespace Telemetry.Shipping.Spools;

/// <summary>
/// The data directory of one <c>pipe</c> or <c>exec</c>: <c>DATA/exec/NAME</c>, or a sibling while another process has that. It is
/// deleted when all of it is acknowledged; else <c>run</c> adopts it after the process has ended.
/// </summary>
internal sealed class ProcessSpool : IAsyncDisposable
{
    private const int MaxSiblings = 1000;
    private const string Folder = "exec";

    /// <summary>Less free space than that of the two logs at their smallest, bytes, is none.</summary>
    private const long MinFreeBytes = 8 << 20;

    private readonly DirectoryLock? _lock;

    private ProcessSpool(DirectoryLock? taken, string path, LanePair lanes)
    {
        _lock = taken;
        Path = path;
        Lanes = lanes;
    }

    /// <summary>"" when it is in memory.</summary>
    public string Path { get; }

    /// <summary>True when the disk was full: what is not acknowledged goes with the process.</summary>
    public bool IsInMemory => _lock is null;

    public LanePair Lanes { get; }

    public static string FolderIn(string dataDirectory) => System.IO.Path.Combine(dataDirectory, Folder);

    /// <summary>Takes the first directory that is free; on a full disk memory, so that a crash is shipped all the same.</summary>
    /// <param name="dataDirectory">The shipper's data directory.</param>
    /// <param name="name">Of the workload or pipe.</param>
    /// <param name="openLanes">Opens the logs in a directory; in memory when it is null.</param>
    /// <exception cref="IOException">None can be used.</exception>
    public static ProcessSpool Open(string dataDirectory, string name, Func<string?, LanePair> openLanes)
    {
        try
        {
            if (HasRoom(dataDirectory))
            {
                return OpenOnDisk(dataDirectory, name, openLanes);
            }
        }
        catch (IOException e) when (e is SpoolDiskFullException || e.InnerException is SpoolDiskFullException || e.HResult == LibC.ENOSPC)
        {
            // It became full in between, or has no room even for a directory.
        }

        return new ProcessSpool(null, "", openLanes(null));
    }

    private static bool HasRoom(string dataDirectory)
    {
        var existing = System.IO.Path.GetFullPath(dataDirectory);
        while (!Directory.Exists(existing))
        {
            existing = System.IO.Path.GetDirectoryName(existing)!;
        }

        return new DriveInfo(existing).AvailableFreeSpace >= MinFreeBytes;
    }

    private static ProcessSpool OpenOnDisk(string dataDirectory, string name, Func<string?, LanePair> openLanes)
    {
        var safe = string.Concat(name.Select(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_' ? c : '_'));
        safe = safe.Length > 0 ? safe : "_";
        for (var i = 1; i <= MaxSiblings; i++)
        {
            var path = System.IO.Path.Combine(FolderIn(dataDirectory), i == 1 ? safe : $"{safe}.{i}");
            if (DirectoryLock.TryAcquire(path) is { } taken)
            {
                return Open(taken, path, openLanes);
            }
        }

        throw new IOException($"All of {MaxSiblings} spools named {safe} are in use.");
    }

    /// <summary>Takes this directory; null when another process has it.</summary>
    public static ProcessSpool? TryAdopt(string path, Func<string, LanePair> openLanes) =>
        DirectoryLock.TryAcquire(path) is { } taken ? Open(taken, path, openLanes) : null;

    public async ValueTask DisposeAsync()
    {
        await Lanes.DisposeAsync();
        if (Lanes.IsDrained)
        {
            _lock?.DeleteDirectory();
        }

        _lock?.Dispose();
    }

    private static ProcessSpool Open(DirectoryLock taken, string path, Func<string, LanePair> openLanes)
    {
        try
        {
            return new ProcessSpool(taken, path, openLanes(path));
        }
        catch
        {
            taken.Dispose();
            throw;
        }
    }
}
