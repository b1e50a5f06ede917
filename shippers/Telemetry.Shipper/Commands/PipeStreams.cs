using Telemetry.Protos.V1;
using Telemetry.Shipper.Configuration;
using Telemetry.Shipper.Pipes;
using Telemetry.Shipping.Lanes;
using Telemetry.Wire;
using Lane = Telemetry.Wire.Lane;

namespace Telemetry.Shipper.Commands;

/// <summary>How pipes are read.</summary>
internal static class PipeStreams
{
    public static PipeOptions ToPipeOptions(this ShipperOptions options) => new()
    {
        Scan = options.Tailer.Scan,
        Batcher = new BatcherOptions
        {
            BatchBytes = options.Tailer.BatchBytes,
            BatchWait = options.Tailer.BatchWait,
            ShedWhenFull = options.ShedWhenFull,
        },
        GroupWait = options.Tailer.GroupWait,
        LineWait = options.Tailer.LineWait,
    };
}
