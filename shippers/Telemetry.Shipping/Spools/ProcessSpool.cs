using Telemetry.Shipping.Lanes;
using Telemetry.Shipping.Native;
using Telemetry.Shipping.Sending;
using Telemetry.Spool;

namespace Telemetry.Shipping.Spools;

/// <summary>
/// The logs of one process: <c>FOLDER/NAME</c>, or a sibling while another process has that. They are deleted when all of them is
/// acknowledged; else who next takes the name, or an <see cref="OrphanAdopter"/>, ships what was left.
/// </summary>
internal sealed class ProcessSpool : IAsyncDisposable
{
    private const int MaxSiblings = 1000;

    /// <summary>File systems take 255 bytes, ours and a sibling's number included.</summary>
    private const int MaxNameLength = 128;

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

    /// <summary>True when they are in memory, for one because the disk was full: what is not acknowledged goes with the process.</summary>
    public bool IsInMemory => _lock is null;

    public LanePair Lanes { get; }

    /// <summary>Where the shipper's commands have theirs.</summary>
    public static string FolderIn(string dataDirectory) => System.IO.Path.Combine(dataDirectory, Folder);

    /// <summary>Takes the first directory that is free; on a full disk memory, so that a crash is shipped all the same.</summary>
    /// <param name="folder">Of the logs of all such processes.</param>
    /// <param name="name">Of the workload or pipe.</param>
    /// <param name="openLanes">Opens the logs in a directory; in memory when it is null.</param>
    /// <exception cref="IOException">None can be used.</exception>
    public static ProcessSpool Open(string folder, string name, Func<string?, LanePair> openLanes)
    {
        try
        {
            if (HasRoom(folder))
            {
                return OpenOnDisk(folder, name, openLanes);
            }
        }
        catch (IOException e) when (e is SpoolDiskFullException || e.InnerException is SpoolDiskFullException || e.HResult == LibC.ENOSPC)
        {
            // It became full in between, or has no room even for a directory.
        }

        return OpenInMemory(openLanes);
    }

    /// <summary>Logs that go with the process.</summary>
    public static ProcessSpool OpenInMemory(Func<string?, LanePair> openLanes) => new(null, "", openLanes(null));

    private static bool HasRoom(string folder)
    {
        var existing = System.IO.Path.GetFullPath(folder);
        while (!Directory.Exists(existing))
        {
            existing = System.IO.Path.GetDirectoryName(existing)!;
        }

        return new DriveInfo(existing).AvailableFreeSpace >= MinFreeBytes;
    }

    private static ProcessSpool OpenOnDisk(string folder, string name, Func<string?, LanePair> openLanes)
    {
        var safe = string.Concat(name.Select(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_' ? c : '_'));
        safe = safe.Length switch { 0 => "_", > MaxNameLength => safe[..MaxNameLength], _ => safe };
        for (var i = 1; i <= MaxSiblings; i++)
        {
            var path = System.IO.Path.Combine(folder, i == 1 ? safe : $"{safe}.{i}");
            if (TryTake(path) is { } taken)
            {
                return Open(taken, path, openLanes);
            }
        }

        throw new IOException($"All of {MaxSiblings} spools named {safe} are in use.");
    }

    /// <summary>Null when another process has it, or another user.</summary>
    private static DirectoryLock? TryTake(string path)
    {
        try
        {
            return DirectoryLock.TryAcquire(path);
        }
        catch (IOException e) when (e.InnerException is UnauthorizedAccessException && Directory.Exists(path))
        {
            return null;
        }
    }

    /// <summary>Takes this directory; null when another process has it.</summary>
    public static ProcessSpool? TryAdopt(string path, Func<string, LanePair> openLanes) =>
        DirectoryLock.TryAcquire(path) is { } taken ? Open(taken, path, openLanes) : null;

    public async ValueTask DisposeAsync()
    {
        await Lanes.DisposeAsync();
        if (Lanes.IsDrained)
        {
            _lock?.DeleteDirectory(LanePair.CriticalFolder, LanePair.BulkFolder);
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
