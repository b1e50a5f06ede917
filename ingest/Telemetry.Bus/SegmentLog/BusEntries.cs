using Telemetry.Spool;

namespace Telemetry.Bus.SegmentLog;

/// <summary>Turns frames into entries.</summary>
internal static class BusEntries
{
    /// <summary>False for a frame that no version of the bus wrote; the reader passes over it.</summary>
    public static bool TryDecode(in SpoolFrame frame, out BusEntry entry)
    {
        var known = BusEntryFormat.TryRead(frame.Payload, out var stamp, out var body);
        entry = new BusEntry(
            new BusPosition(frame.Position.Value), new BusPosition(frame.Next.Value), stamp, body);
        return known;
    }
}
