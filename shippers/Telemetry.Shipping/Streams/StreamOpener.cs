using Telemetry.Protos.V1;
using Telemetry.Shipping.Lanes;
using Telemetry.Shipping.Machine;
using Telemetry.Wire;
using Lane = Telemetry.Wire.Lane;

namespace Telemetry.Shipping.Streams;

/// <summary>Finds the numbering of a stream whose source cannot be read again.</summary>
internal static class StreamOpener
{
    /// <summary>The stream as the log knows it from the same boot, else a new one.</summary>
    public static StreamState Open(LaneLog log, LifetimeContext context, StreamKind kind, string workloadId, string name,
        TimeProvider time, Random random)
    {
        var id = StreamId.From((int)kind, workloadId, name);
        var known = log.Restored.Unverifiable
            ? null
            : log.Restored.Streams.FirstOrDefault(s => s.Lifetime == context.Lifetime && s.Id == id && !s.Closed);
        if (known is not null)
        {
            return known;
        }

        var stream = StreamState.Create(context.Lifetime, kind, workloadId, name, Lane.Bulk);
        stream.Begin(Epoch.Mint(random), time.GetUtcNow().ToUnixMicroseconds(), "first seen");
        return stream;
    }
}
