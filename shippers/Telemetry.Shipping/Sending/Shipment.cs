using Telemetry.Shipping.Lanes;

namespace Telemetry.Shipping.Sending;

/// <summary>A batch on its way: a frame of the log, or a part of one that was too large.</summary>
internal sealed class Shipment(LogEntry entry, BatchMessage message, bool isOwned)
{
    public LogEntry Entry => entry;

    public BatchMessage Message => message;

    /// <summary>True when the message goes back to the pool with the shipment; the log keeps the others.</summary>
    public bool IsOwned => isOwned;

    /// <summary>Number in this call.</summary>
    public ulong Number { get; set; }

    /// <summary>True when it was rejected before and read again.</summary>
    public bool IsRetry { get; init; }
}
