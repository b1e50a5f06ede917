using Telemetry.Shipper.Lanes;
using Telemetry.Shipper.Sending;

namespace Telemetry.Shipper.Commands;

/// <summary>
/// The data directory of one <c>pipe</c> or <c>exec</c>: <c>DATA/exec/NAME</c>, or a sibling while another process has that. It is
/// deleted when all of it is acknowledged; else <c>run</c> adopts it after the process has ended.
/// </summary>
internal sealed class ProcessSpool : IAsyncDisposable
{
    private const int MaxSiblings = 1000;
    private const string Folder = "exec";

    private readonly DirectoryLock _lock;

    private ProcessSpool(DirectoryLock taken, string path, LanePair lanes)
    {
        _lock = taken;
        Path = path;
        Lanes = lanes;
    }

    public string Path { get; }

    public LanePair Lanes { get; }

    public static string FolderIn(string dataDirectory) => System.IO.Path.Combine(dataDirectory, Folder);

    /// <summary>Takes the first directory that is free.</summary>
    /// <exception cref="IOException">None can be used.</exception>
    public static ProcessSpool Open(string dataDirectory, string name, Func<string, LanePair> openLanes)
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
            _lock.DeleteDirectory();
        }

        _lock.Dispose();
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
