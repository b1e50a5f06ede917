using Telemetry.Wire;

namespace Telemetry.Bus.SegmentLog;

/// <summary>The writing side of both lanes, which share nothing.</summary>
internal sealed class SegmentLogWriter(LaneLog critical, LaneLog bulk) : IBusWriter
{
    private int _disposed;

    public bool IsDisposed => Volatile.Read(ref _disposed) != 0;

    public LaneLog Log(Lane lane) => lane == Lane.Critical ? critical : bulk;

    public ValueTask<BusPosition> AppendAsync(
        Lane lane, BusStamp stamp, ReadOnlyMemory<byte> body, CancellationToken cancel) =>
        Log(lane).AppendAsync(stamp, body, cancel);

    public ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _disposed, 1) == 0)
        {
            critical.Dispose();
            bulk.Dispose();
        }

        return ValueTask.CompletedTask;
    }
}
