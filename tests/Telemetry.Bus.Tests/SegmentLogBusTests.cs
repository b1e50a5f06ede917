using Telemetry.Bus.SegmentLog;
using Telemetry.Spool;
using Telemetry.Wire;

namespace Telemetry.Bus.Tests;

public sealed class SegmentLogBusTests : IDisposable
{
    private readonly TemporaryDirectory _folder = new();
    private readonly FakeTime _time = new();

    [Fact]
    public async Task EntriesAreReadAsTheyWereAppended()
    {
        await using var bus = Open();
        await using var writer = bus.OpenWriter();
        var position = await writer.AppendAsync(Lane.Bulk, Some.Stamp(), Some.Body(7), CancellationToken.None);
        await using var reader = bus.OpenReader(Lane.Bulk, default, out var skipped);
        Assert.True(reader.TryRead(out var entry));
        Assert.Equal((position, Some.Stamp(), 7, 0L), (entry.Position, entry.Stamp, Some.Number(entry.Body), skipped));
        Assert.False(reader.TryRead(out _));
    }

    [Fact]
    public async Task LanesAreApart()
    {
        await using var bus = Open();
        await using var writer = bus.OpenWriter();
        await writer.AppendAsync(Lane.Bulk, Some.Stamp(), Some.Body(1), CancellationToken.None);
        await using var reader = bus.OpenReader(Lane.Critical, default, out _);
        Assert.False(reader.TryRead(out _));
    }

    [Fact]
    public async Task ManyAppendsAtOnceKeepTheirOrderAndAllBecomeDurable()
    {
        await using var bus = Open();
        await using var writer = bus.OpenWriter();
        var appends = Enumerable.Range(0, 500)
            .Select(i => writer.AppendAsync(Lane.Bulk, Some.Stamp(), Some.Body(i), CancellationToken.None).AsTask());
        var positions = await Task.WhenAll(appends);
        Assert.Equal(positions.Order(), positions);
        Assert.Equal(Enumerable.Range(0, 500), await ReadAsync(bus, Lane.Bulk, default));
    }

    [Fact]
    public async Task AnotherProcessReadsWhatIsDurable()
    {
        await using var writing = Open();
        await using var writer = writing.OpenWriter();
        await using var reading = Open();
        await writer.AppendAsync(Lane.Bulk, Some.Stamp(), Some.Body(1), CancellationToken.None);
        Assert.Equal([1], await ReadAsync(reading, Lane.Bulk, default));
    }

    [Fact]
    public async Task OnlyOneProcessWrites()
    {
        await using var first = Open();
        await using var writer = first.OpenWriter();
        await using var second = Open();
        Assert.Throws<SpoolUnavailableException>(() => second.OpenWriter());
    }

    [Fact]
    public async Task ReadingGoesOnWhereItEndedBeforeARestart()
    {
        BusPosition next;
        await using (var bus = Open())
        {
            await using var writer = bus.OpenWriter();
            await writer.AppendAsync(Lane.Bulk, Some.Stamp(), Some.Body(1), CancellationToken.None);
            await writer.AppendAsync(Lane.Bulk, Some.Stamp(), Some.Body(2), CancellationToken.None);
            await using var reader = bus.OpenReader(Lane.Bulk, default, out _);
            Assert.True(reader.TryRead(out var entry));
            next = entry.Next;
        }

        await using var again = Open();
        await using var writerAgain = again.OpenWriter();
        Assert.Equal([2], await ReadAsync(again, Lane.Bulk, next));
    }

    [Fact]
    public async Task BusTimeNeverGoesBack()
    {
        await using (var bus = Open())
        {
            await using var writer = bus.OpenWriter();
            await writer.AppendAsync(Lane.Bulk, Some.Stamp(5000), Some.Body(1), CancellationToken.None);
            await writer.AppendAsync(Lane.Bulk, Some.Stamp(4000), Some.Body(2), CancellationToken.None);
        }

        await using var again = Open();
        await using var more = again.OpenWriter();
        await more.AppendAsync(Lane.Bulk, Some.Stamp(3000), Some.Body(3), CancellationToken.None);
        await using var reader = again.OpenReader(Lane.Bulk, default, out _);
        while (reader.TryRead(out var entry))
        {
            Assert.Equal(5000, entry.Stamp.BusUnixUs);
        }
    }

    [Fact]
    public async Task WhatIsNotIndexedIsNeverDeletedAndAFullBusRefuses()
    {
        await using var bus = Open();
        await using var writer = bus.OpenWriter();
        var appended = await FillAsync(writer);
        _time.Advance(TimeSpan.FromDays(3));
        await Assert.ThrowsAsync<IOException>(async () => await AppendAsync(writer, 0));
        Assert.Equal(Enumerable.Range(0, appended), await ReadAsync(bus, Lane.Bulk, default));
    }

    [Fact]
    public async Task WhatIsIndexedAndOldMakesRoom()
    {
        await using var bus = Open();
        await using var writer = bus.OpenWriter();
        await FillAsync(writer);
        bus.AllowTrim(Lane.Bulk, new BusPosition(long.MaxValue / 4));
        _time.Advance(TimeSpan.FromDays(3));
        await Eventually.Holds(
            async () =>
            {
                try
                {
                    await AppendAsync(writer, 1);
                    return true;
                }
                catch (IOException)
                {
                    return false;
                }
            },
            "an append after retention");
        await using var reader = bus.OpenReader(Lane.Bulk, new BusPosition(1), out var skipped);
        Assert.True(skipped > 0);
    }

    public void Dispose() => _folder.Dispose();

    private SegmentLogBus Open() => new(_folder.Path, new SegmentLogOptions
    {
        BulkSegmentBytes = 64 << 10,
        CriticalSegmentBytes = 64 << 10,
        KeepBytes = 1 << 20,
    }, _time);

    private static async Task<int> FillAsync(IBusWriter writer)
    {
        for (var i = 0; ; i++)
        {
            try
            {
                await AppendAsync(writer, i);
            }
            catch (IOException)
            {
                return i;
            }
        }
    }

    private static async Task AppendAsync(IBusWriter writer, int number) =>
        await writer.AppendAsync(Lane.Bulk, Some.Stamp(), Some.Body(number, 30_000), CancellationToken.None);

    private static async Task<List<int>> ReadAsync(SegmentLogBus bus, Lane lane, BusPosition from)
    {
        await using var reader = bus.OpenReader(lane, from, out _);
        var numbers = new List<int>();
        while (reader.TryRead(out var entry))
        {
            numbers.Add(Some.Number(entry.Body));
        }

        return numbers;
    }
}
