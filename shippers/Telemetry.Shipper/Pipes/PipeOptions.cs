using Telemetry.Shipper.Text;
using Telemetry.Shipping.Lanes;

namespace Telemetry.Shipper.Pipes;

/// <summary>How a pipe is read.</summary>
internal sealed record PipeOptions
{
    /// <summary>How lines become records.</summary>
    public ScanOptions Scan { get; init; } = ScanOptions.Default;

    /// <summary>How records become batches. A full spool that does not shed stops reading, which in the end blocks the writer.</summary>
    public BatcherOptions Batcher { get; init; } = new();

    /// <summary>How long a complete line waits for lines that continue it.</summary>
    public TimeSpan GroupWait { get; init; } = TimeSpan.FromMilliseconds(300);

    /// <summary>How long a line without an end waits for its end.</summary>
    public TimeSpan LineWait { get; init; } = TimeSpan.FromSeconds(5);
}
