using Telemetry.Bus;
using Telemetry.Wire;

namespace Telemetry.Gateway.Ship;

/// <summary>Hands batches of one lane to the bus with ascending bus times. Safe for concurrent use.</summary>
internal sealed class LaneAppender(Lane lane, IBusWriter bus, GatewayLimits limits, TimeProvider time)
{
    private readonly Lock _gate = new();
    private long _lastUnixUs;

    /// <summary>What is with the bus.</summary>
    public PendingBudget Pending { get; } = new(limits.MaxPendingBytes);

    /// <summary>
    /// Stamps and appends; completes when durable. <paramref name="body"/> is not used after this has returned. The order of
    /// stamps is the order in the bus, since the bus takes its place before its first await.
    /// </summary>
    public ValueTask<BusPosition> Append(LifetimeId lifetime, CallIdentity identity, string source, ReadOnlyMemory<byte> body)
    {
        lock (_gate)
        {
            var now = (time.GetUtcNow() - DateTimeOffset.UnixEpoch).Ticks / TimeSpan.TicksPerMicrosecond;
            _lastUnixUs = Math.Max(now, _lastUnixUs + 1);
            var stamp = new BusStamp(lifetime, identity.InstanceId, identity.Tenant, source, _lastUnixUs);

            // Not cancelled with the call: what was handed over is the bus's, and its outcome is counted.
            return bus.AppendAsync(lane, stamp, body, CancellationToken.None);
        }
    }
}
