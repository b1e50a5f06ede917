namespace Telemetry.Bus.SegmentLog;

/// <summary>How the embedded bus is kept.</summary>
public sealed record SegmentLogOptions
{
    /// <summary>How long what is indexed is kept, so that the store can be rebuilt; default 24 h.</summary>
    public TimeSpan Keep { get; init; } = TimeSpan.FromHours(24);

    /// <summary>
    /// What a lane takes on disk at most, bytes; default 10 GiB. When what is not indexed fills it, appends fail: nothing that
    /// is not indexed is ever deleted.
    /// </summary>
    public long KeepBytes { get; init; } = 10L << 30;

    /// <summary>Segment size of the bulk lane, bytes; default 16 MiB.</summary>
    public long BulkSegmentBytes { get; init; } = 16 << 20;

    /// <summary>Segment size of the critical lane, bytes; default 8 MiB.</summary>
    public long CriticalSegmentBytes { get; init; } = 8 << 20;

    /// <summary>Told one sentence about each damage found; must not throw. Any thread.</summary>
    public Action<string>? OnDamage { get; init; }
}
