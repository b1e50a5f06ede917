using Telemetry.Wire;

namespace Telemetry.Shipping.Sending;

/// <summary>Opens calls of <c>telemetry.v1.Ingest/Ship</c>. One instance per lane.</summary>
internal interface ILaneTransport
{
    /// <summary>
    /// Connects to the next gateway, says Hello and waits for Welcome. Throws only <see cref="OperationCanceledException"/>.
    /// </summary>
    ValueTask<ConnectResult> ConnectAsync(Lane lane, CancellationToken cancel);
}
