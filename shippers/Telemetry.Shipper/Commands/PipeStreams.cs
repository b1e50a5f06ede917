using Telemetry.Protos.V1;
using Telemetry.Shipper.Configuration;
using Telemetry.Shipper.Pipes;
using Telemetry.Shipping;
using Telemetry.Shipping.Lanes;
using Telemetry.Shipping.Machine;
using Telemetry.Shipping.Streams;
using Telemetry.Wire;
using Lane = Telemetry.Wire.Lane;

namespace Telemetry.Shipper.Commands;

/// <summary>Streams of pipes, and how they are read.</summary>
internal static class PipeStreams
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

    public static PipeOptions ToPipeOptions(this ShipperOptions options) => new()
    {
        Scan = options.Tailer.Scan,
        BatchBytes = options.Tailer.BatchBytes,
        BatchWait = options.Tailer.BatchWait,
        GroupWait = options.Tailer.GroupWait,
        LineWait = options.Tailer.LineWait,
        ShedWhenFull = options.ShedWhenFull,
    };
}
