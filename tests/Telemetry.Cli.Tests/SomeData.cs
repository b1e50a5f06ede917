using Telemetry.Bus;
using Telemetry.Bus.SegmentLog;
using Telemetry.Store;
using Telemetry.Store.Sqlite.Documents;
using Telemetry.Store.Sqlite.State;
using Telemetry.Wire;

namespace Telemetry.Cli.Tests;

/// <summary>A data directory as a server leaves it: entries on the bus, documents of the first, the state, tokens.</summary>
internal static class SomeData
{
    public const long TimeUnixUs = 1_795_345_200_000_000;

    /// <summary>Before the time of the tests' clock, 2026-01-02.</summary>
    public const long IngestedUnixUs = 1_760_000_000_000_000;

    public static readonly LifetimeId Lifetime = LifetimeId.From("i-1", "boot-1");
    public static readonly StreamId Stream = StreamId.From(1, "web", "/var/log/web.log");

    private static readonly Lane[] Lanes = [Lane.Critical, Lane.Bulk];

    public static string LaneOf(string data, string part, Lane lane) =>
        Path.Combine(data, part, lane == Lane.Critical ? "critical" : "bulk");

    /// <summary>Per lane, as many entries on the bus, of which all but the last <paramref name="pending"/> are documents and state.</summary>
    public static async Task WriteAsync(string data, int entries = 50, int pending = 10)
    {
        await using (var bus = new SegmentLogBus(Path.Combine(data, "bus"), new SegmentLogOptions(), TimeProvider.System))
        await using (var bodies = bus.OpenWriter())
        {
            foreach (var lane in Lanes)
            {
                for (var i = 0; i < entries; i++)
                {
                    await bodies.AppendAsync(lane, new BusStamp(Lifetime, "i-1", "", "::1", TimeUnixUs + i), Body(i), default);
                }
            }
        }

        foreach (var lane in Lanes)
        {
            var all = Read(data, lane);
            await StoreAsync(data, lane, [.. all.SkipLast(pending)], pending > 0 ? all[^pending].Position : EndOf(data, lane));
        }

        await File.WriteAllTextAsync(Path.Combine(data, "tokens.json"), """{ "format": 1, "tokens": [] }""");
    }

    public static List<(long Position, string Body)> Read(string data, Lane lane, long from = 0)
    {
        var bus = new SegmentLogBus(Path.Combine(data, "bus"), new SegmentLogOptions(), TimeProvider.System);
        using var reader = (IDisposable)bus.OpenReader(lane, new BusPosition(from), out _);
        List<(long, string)> entries = [];
        while (((IBusReader)reader).TryRead(out var entry))
        {
            entries.Add((entry.Position.Value, System.Text.Encoding.UTF8.GetString(entry.Body.Span)));
        }

        return entries;
    }

    public static async Task<long> CountAsync(string data, string query = "*")
    {
        using var reader = Reader(data);
        Assert.True(Query.KqlParser.TryParse(query, out var node, out _, FieldTyping.Instance));
        return (await reader.SearchAsync(new SearchRequest(node, Limit: 0), default)).Total;
    }

    public static SqliteDocumentReader Reader(string data) => new(
        [.. Lanes.Select(lane => LaneOf(data, "store", lane))], TimeProvider.System, fault => Assert.Fail(fault.ToString()));

    private static long EndOf(string data, Lane lane) =>
        new SegmentLogBus(Path.Combine(data, "bus"), new SegmentLogOptions(), TimeProvider.System).Extent(lane).End.Value;

    private static byte[] Body(int i) => System.Text.Encoding.UTF8.GetBytes($"body {i}");

    private static async Task StoreAsync(string data, Lane lane, (long Position, string Body)[] entries, long next)
    {
        var store = LaneOf(data, "store", lane);
        await using var writer = SqliteDocumentWriter.Open(store, new SqliteStoreOptions(), TimeProvider.System);
        var document = new Document();
        foreach (var ((position, body), i) in entries.Select((entry, i) => (entry, i)))
        {
            writer.Begin(position, TimeUnixUs);
            document.Reset(new RecordId(Lifetime, Stream, new Epoch((ulong)lane + 1), (ulong)i), TimeUnixUs + i);
            document.Set(Fields.Message, body);
            document.Set(Fields.HostId, "i-1");
            document.Set(Fields.EventIngested, IngestedUnixUs);
            writer.Write(document);
        }

        await writer.CommitAsync(next, default);
        using var state = SqliteLaneState.Open(Path.Combine(store, SqliteLaneState.FileName), lane, TimeProvider.System);
        state.Lifetime(Lifetime).Heard(TimeUnixUs, TimeUnixUs);
        state.AddRun(
            new StreamEpoch(Lifetime, Stream, new Epoch((ulong)lane + 1)), new Run(Stream, new Epoch((ulong)lane + 1), 0, (uint)entries.Length, TimeUnixUs),
            new ReceivedRun((uint)entries.Length, 1, TimeUnixUs, 0));
        state.Save(state.Take(next, TimeUnixUs));
    }
}
