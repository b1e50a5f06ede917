using Telemetry.Spool;

namespace Telemetry.Bus.SegmentLog;

/// <summary>Reads a lane that this process writes.</summary>
internal sealed class LaneReader(SpoolReader reader) : IBusReader
{
    public long LagBytes => reader.LagBytes;

    public bool TryRead(out BusEntry entry)
    {
        while (reader.TryRead(out var frame))
        {
            if (BusEntries.TryDecode(frame, out entry))
            {
                return true;
            }
        }

        entry = default;
        return false;
    }

    public ValueTask WaitAsync(TimeSpan atMost, CancellationToken cancel) => reader.WaitAsync(atMost, cancel);

    public ValueTask DisposeAsync()
    {
        reader.Dispose();
        return ValueTask.CompletedTask;
    }
}
