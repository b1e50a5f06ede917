using Telemetry.Spool;
using Telemetry.Wire;

namespace Telemetry.Shipping.Lanes;

/// <summary>What is remembered of a frame with records until it is acknowledged.</summary>
internal readonly record struct PendingFrame(SpoolPosition Position, int Records, bool IsPlan, long MintedUnixUs)
{
    /// <summary>False for a checkpoint and for what does not decode.</summary>
    public static bool TryRead(in SpoolFrame frame, out PendingFrame pending)
    {
        pending = default;
        if (!LaneFrame.TryRead(frame.Payload, out var kind, out var content))
        {
            return false;
        }

        if (kind == FrameKind.Plan && Plan.TryRead(content, out var plan))
        {
            pending = new PendingFrame(frame.Position, plan.Records, true, plan.Runs[0].Run.MintedUnixUs);
            return true;
        }

        if (kind == FrameKind.Batch && BatchBody.TryRead(content, out var body, out _)
            && BatchHeader.TryRead(body.Header.Span, out var header, out _))
        {
            pending = new PendingFrame(frame.Position, header.RecordCount, false, header.Runs[0].MintedUnixUs);
            return true;
        }

        return false;
    }
}
