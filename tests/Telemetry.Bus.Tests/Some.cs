using System.Text;
using Telemetry.Bus.SegmentLog;
using Telemetry.Wire;

namespace Telemetry.Bus.Tests;

internal static class Some
{
    public static readonly LifetimeId Lifetime = LifetimeId.From("i-0abc", "5a1b0c6e-0000-4000-8000-000000000001");

    public static readonly SegmentLogOptions Options = new()
    {
        SegmentBytes = 4096,
        BulkMaxBytes = 16 * 4096,
        CriticalMaxBytes = 8 * 4096,
        RetentionInterval = TimeSpan.FromHours(1),
    };

    public static BusStamp Stamp(long busUnixUs = 1_767_323_045_000_000) =>
        new(Lifetime, "i-0abc", "tenant", "10.0.0.1:5000", busUnixUs);

    public static byte[] Body(int number, int bytes = 100) =>
        Encoding.ASCII.GetBytes($"body {number} ".PadRight(bytes, '.'));

    public static ValueTask<BusPosition> Append(IBusWriter writer, int number, Lane lane = Lane.Bulk, int bytes = 100) =>
        writer.AppendAsync(lane, Stamp(), Body(number, bytes), CancellationToken.None);

    public static async Task<List<BusPosition>> Append(IBusWriter writer, int from, int count, Lane lane, int bytes = 100)
    {
        List<BusPosition> positions = [];
        for (var i = from; i < from + count; i++)
        {
            positions.Add(await Append(writer, i, lane, bytes));
        }

        return positions;
    }

    public static List<string> Read(IBusReader reader)
    {
        List<string> bodies = [];
        while (reader.TryRead(out var entry))
        {
            bodies.Add(Encoding.ASCII.GetString(entry.Body.Span));
        }

        return bodies;
    }

    public static List<string> Bodies(int from, int count, int bytes = 100) =>
        [.. Enumerable.Range(from, count).Select(i => Encoding.ASCII.GetString(Body(i, bytes)))];
}
