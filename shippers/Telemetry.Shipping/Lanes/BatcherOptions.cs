namespace Telemetry.Shipping.Lanes;

/// <summary>How lines that cannot be read again become batches.</summary>
internal sealed record BatcherOptions
{
    /// <summary>Content of a batch, uncompressed bytes.</summary>
    public int BatchBytes { get; init; } = 256 << 10;

    /// <summary>Records of a batch.</summary>
    public int BatchRecords { get; init; } = int.MaxValue;

    /// <summary>Batches are compressed.</summary>
    public bool Compresses { get; init; } = true;

    /// <summary>How long a batch waits to fill.</summary>
    public TimeSpan BatchWait { get; init; } = TimeSpan.FromMilliseconds(100);

    /// <summary>A full spool drops what comes, and declares it; else the caller waits.</summary>
    public bool ShedWhenFull { get; init; }
}
