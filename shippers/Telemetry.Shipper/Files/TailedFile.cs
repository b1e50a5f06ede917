using Microsoft.Win32.SafeHandles;
using Telemetry.Shipping.Files;

namespace Telemetry.Shipper.Files;

/// <summary>A file while it is read. The tailer's thread only.</summary>
internal sealed class TailedFile(FileState state) : IDisposable
{
    public FileState State => state;

    /// <summary>Open as long as there may be more to read.</summary>
    public SafeFileHandle? Handle { get; set; }

    /// <summary>The last scan of the patterns that saw it.</summary>
    public long SeenInScan { get; set; }

    /// <summary>When its size last changed.</summary>
    public long ChangedAt { get; set; }

    /// <summary>When it was last modified as of the last look; 0 is not looked at yet.</summary>
    public long ModifiedUnixNs { get; set; }

    /// <summary>Up to here a line without an end was searched for it; 0 is not at all.</summary>
    public long LongLineSearchedTo { get; set; }

    /// <summary>Records that begin before it belong to the former lifetime; 0 is none.</summary>
    public long FormerUntil { get; set; }

    /// <summary>Size and pause at which a scan found nothing; nothing new is found until one of them changes.</summary>
    public (long Size, Text.SourcePause Pause) Exhausted { get; set; } = (-1, default);

    /// <summary>True when a scan saw that it changed: a closed file is opened again then.</summary>
    public bool IsWanted { get; set; } = true;

    /// <summary>True when it was looked for by its inode because its path no longer names it.</summary>
    public bool WasLocated { get; set; }

    public void Dispose() => Handle?.Dispose();
}
