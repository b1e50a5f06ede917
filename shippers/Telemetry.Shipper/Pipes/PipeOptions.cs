using Telemetry.Shipper.Text;

namespace Telemetry.Shipper.Pipes;

/// <summary>How a pipe is read.</summary>
internal sealed record PipeOptions
{
    /// <summary>How lines become records.</summary>
    public ScanOptions Scan { get; init; } = ScanOptions.Default;

    /// <summary>Content of a batch, uncompressed bytes.</summary>
    public int BatchBytes { get; init; } = 256 << 10;

    /// <summary>How long a batch waits to fill.</summary>
    public TimeSpan BatchWait { get; init; } = TimeSpan.FromMilliseconds(100);

    /// <summary>How long a complete line waits for lines that continue it.</summary>
    public TimeSpan GroupWait { get; init; } = TimeSpan.FromMilliseconds(300);

    /// <summary>How long a line without an end waits for its end.</summary>
    public TimeSpan LineWait { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>A full spool drops what comes, and declares it; else reading stops, which in the end blocks the writer.</summary>
    public bool ShedWhenFull { get; init; }
}
