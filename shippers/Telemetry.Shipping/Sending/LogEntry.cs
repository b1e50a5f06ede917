using Telemetry.Spool;

namespace Telemetry.Shipping.Sending;

/// <summary>A frame of the log that is not acknowledged yet.</summary>
internal sealed class LogEntry(SpoolPosition position, SpoolPosition next)
{
    public SpoolPosition Position => position;

    /// <summary>Where the next frame begins.</summary>
    public SpoolPosition Next => next;

    /// <summary>Shipments of it that are not settled; 0 is done.</summary>
    public int Open { get; set; }
}
