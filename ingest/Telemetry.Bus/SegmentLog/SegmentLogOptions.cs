namespace Telemetry.Bus.SegmentLog;

/// <summary>How much the embedded bus keeps, and for how long. Nothing that is not indexed is ever deleted.</summary>
public sealed record SegmentLogOptions
{
    /// <summary>How long what is indexed is kept, so that the store can be rebuilt; default 24 hours, not negative.</summary>
    public TimeSpan Retention { get; init; } = TimeSpan.FromHours(24);

    /// <summary>
    /// What the bulk lane takes on disk at most, bytes; default 10 GiB. What is indexed is deleted early to stay below; where
    /// that is not enough, appends fail.
    /// </summary>
    public long BulkMaxBytes { get; init; } = 10L << 30;

    /// <summary>The same for the critical lane; default 1 GiB.</summary>
    public long CriticalMaxBytes { get; init; } = 1L << 30;

    /// <summary>Size of a segment, bytes; default 16 MiB. A batch has to fit into one.</summary>
    public long SegmentBytes { get; init; } = 16 << 20;

    /// <summary>How often retention is applied; default 10 s.</summary>
    public TimeSpan RetentionInterval { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>Told in one sentence of damage and failures, on any thread; must not throw. Default: nobody.</summary>
    public Action<string>? OnProblem { get; init; }
}
