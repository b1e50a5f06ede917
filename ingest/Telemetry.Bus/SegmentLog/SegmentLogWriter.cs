using Telemetry.Wire;

namespace Telemetry.Bus.SegmentLog;

/// <summary>Holds both lanes of a directory for writing; each has its own flushes.</summary>
internal sealed class SegmentLogWriter(SegmentLane critical, SegmentLane bulk) : IBusWriter
{
    public ValueTask<BusPosition> AppendAsync(Lane lane, BusStamp stamp, ReadOnlyMemory<byte> body, CancellationToken cancel)
    {
        cancel.ThrowIfCancellationRequested();
        var log = (lane == Lane.Critical ? critical : bulk).Writer
            ?? throw new IOException("The writing side of the bus is closed.");
        return log.AppendAsync(stamp, body);
    }

    public ValueTask DisposeAsync()
    {
        Close(critical);
        Close(bulk);
        return ValueTask.CompletedTask;
    }

    private static void Close(SegmentLane lane)
    {
        var log = lane.Writer;
        lane.Writer = null;
        log?.Dispose();
    }
}
