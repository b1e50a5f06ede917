using Telemetry.Bus.SegmentLog;
using Telemetry.Spool;
using Telemetry.Wire;

namespace Telemetry.Bus.Tests;

public sealed class SegmentLogBusTests : IDisposable
{
    private static readonly CancellationToken Never = CancellationToken.None;

    private readonly TemporaryDirectory _temporary = new();
    private readonly FakeTime _time = new();
    private readonly List<string> _problems = [];

    public void Dispose() => _temporary.Dispose();

    [Fact]
    public async Task EntriesAreReadInOrderWithTheirStamps()
    {
        await using var bus = Bus();
        await using var writer = bus.OpenWriter();
        var positions = await Some.Append(writer, 0, 50, Lane.Bulk);
        await using var reader = bus.OpenReader(Lane.Bulk, default, out var skipped);
        Assert.Equal(0, skipped);
        Assert.True(reader.LagBytes > 0);
        Assert.True(reader.TryRead(out var entry));
        Assert.Equal((positions[0], Some.Stamp()), (entry.Position, entry.Stamp));
        Assert.Equal(Some.Body(0), entry.Body.ToArray());
        Assert.Equal(Some.Bodies(1, 49), Some.Read(reader));
        Assert.Equal(0, reader.LagBytes);
        await using var second = bus.OpenReader(Lane.Bulk, entry.Next, out _);
        Assert.Equal(Some.Bodies(1, 49), Some.Read(second));
    }

    [Fact]
    public async Task LanesAreApart()
    {
        await using var bus = Bus();
        await using var writer = bus.OpenWriter();
        await Some.Append(writer, 0, 5, Lane.Bulk);
        await Some.Append(writer, 100, 5, Lane.Critical);
        await using var bulk = bus.OpenReader(Lane.Bulk, default, out _);
        await using var critical = bus.OpenReader(Lane.Critical, default, out _);
        Assert.Equal(Some.Bodies(0, 5), Some.Read(bulk));
        Assert.Equal(Some.Bodies(100, 5), Some.Read(critical));
        Assert.True(Directory.Exists(_temporary["bus/critical"]) && Directory.Exists(_temporary["bus/bulk"]));
    }

    [Fact]
    public async Task ConcurrentAppendsAreAllDurableWhenTheyComplete()
    {
        await using var bus = Bus(Some.Options with
        {
            SegmentBytes = 1 << 20,
            BulkMaxBytes = 8 << 20,
            CriticalMaxBytes = 8 << 20,
        });
        await using var writer = bus.OpenWriter();
        var positions = await Task.WhenAll(Enumerable.Range(0, 200).Select(i => Some.Append(writer, i).AsTask()));
        Assert.Equal(200, positions.Distinct().Count());
        await using var reader = bus.OpenReader(Lane.Bulk, default, out _);
        Assert.Equal(Some.Bodies(0, 200).Order(), Some.Read(reader).Order());
    }

    [Fact]
    public async Task BusTimeDoesNotGoBackAlsoOverARestart()
    {
        await using (var bus = Bus())
        {
            await using var writer = bus.OpenWriter();
            await writer.AppendAsync(Lane.Bulk, Some.Stamp(2000), Some.Body(1), Never);
            await writer.AppendAsync(Lane.Bulk, Some.Stamp(1000), Some.Body(2), Never);
        }

        await using var again = Bus();
        await using var next = again.OpenWriter();
        await next.AppendAsync(Lane.Bulk, Some.Stamp(1500), Some.Body(3), Never);
        await next.AppendAsync(Lane.Bulk, Some.Stamp(2500), Some.Body(4), Never);
        await using var reader = again.OpenReader(Lane.Bulk, default, out _);
        List<long> times = [];
        while (reader.TryRead(out var entry))
        {
            times.Add(entry.Stamp.BusUnixUs);
        }

        Assert.Equal([2000, 2000, 2000, 2500], times);
    }

    [Fact]
    public async Task WaitingReaderIsWokenWithoutTheClock()
    {
        await using var bus = Bus();
        await using var writer = bus.OpenWriter();
        await using var reader = bus.OpenReader(Lane.Bulk, default, out _);
        Assert.False(reader.TryRead(out _));
        var waiting = reader.WaitAsync(TimeSpan.FromHours(1), Never);
        await Some.Append(writer, 1);
        await waiting;
        Assert.Equal(Some.Bodies(1, 1), Some.Read(reader));
    }

    [Fact]
    public async Task ReaderOfAnotherProcessFollowsAndTheOneOpenedBeforeTheWriterChangesOver()
    {
        await using var indexer = new SegmentLogBus(_temporary["bus"], Some.Options, TimeProvider.System);
        await using var follower = indexer.OpenReader(Lane.Bulk, default, out _);
        await using var bus = Bus();
        await using var early = bus.OpenReader(Lane.Bulk, default, out _);
        Assert.False(follower.TryRead(out _));
        Assert.False(early.TryRead(out _));
        await using (var writer = bus.OpenWriter())
        {
            await Some.Append(writer, 0, 60, Lane.Bulk);
            await follower.WaitAsync(TimeSpan.FromSeconds(10), Never);
            Assert.Equal(Some.Bodies(0, 60), Some.Read(follower));
            Assert.Equal(Some.Bodies(0, 60), Some.Read(early));
            Assert.Equal(bus.UsedBytes(Lane.Bulk), indexer.UsedBytes(Lane.Bulk));
        }

        await using var second = bus.OpenWriter();
        await Some.Append(second, 60, 5, Lane.Bulk);
        Assert.Equal(Some.Bodies(60, 5), Some.Read(early));
        await follower.WaitAsync(TimeSpan.FromSeconds(10), Never);
        Assert.Equal(Some.Bodies(60, 5), Some.Read(follower));
    }

    [Fact]
    public async Task SecondWriterIsRefused()
    {
        await using var bus = Bus();
        await using var writer = bus.OpenWriter();
        Assert.Throws<InvalidOperationException>(() => bus.OpenWriter());
        await using var other = Bus();
        Assert.Throws<SpoolUnavailableException>(() => other.OpenWriter());
        await Some.Append(writer, 1);
    }

    [Fact]
    public async Task WhatIsNotIndexedIsNeverDeletedAndAppendsFailInstead()
    {
        await using var bus = Bus();
        await using var writer = bus.OpenWriter();
        var appended = await FillAsync(writer);
        Assert.InRange(appended, 200, 500);
        _time.Advance(TimeSpan.FromDays(30));
        await using var reader = bus.OpenReader(Lane.Bulk, default, out var skipped);
        Assert.Equal(0, skipped);
        Assert.Equal(Some.Bodies(0, appended), Some.Read(reader));
        await Some.Append(writer, 1, Lane.Critical);
    }

    [Fact]
    public async Task WhatIsIndexedMakesRoomWhenTheLaneIsFull()
    {
        await using var bus = Bus();
        await using var writer = bus.OpenWriter();
        var appended = await FillAsync(writer);
        await using var reader = bus.OpenReader(Lane.Bulk, default, out _);
        for (var i = 0; i < appended / 2; i++)
        {
            Assert.True(reader.TryRead(out var entry));
            bus.AllowTrim(Lane.Bulk, entry.Next);
        }

        for (var i = appended; i < appended + 40; i++)
        {
            await Some.Append(writer, i);
        }

        await using var whole = bus.OpenReader(Lane.Bulk, default, out var skipped);
        Assert.True(skipped > 0);
        var kept = Some.Read(whole);
        Assert.Equal(Some.Bodies(appended + 40 - kept.Count, kept.Count), kept);
        Assert.True(kept.Count >= (appended / 2) + 40);
    }

    [Fact]
    public async Task WhatIsIndexedIsKeptForItsTimeAndThenDeleted()
    {
        await using var bus = Bus();
        await using var writer = bus.OpenWriter();
        var positions = await Some.Append(writer, 0, 60, Lane.Bulk);
        bus.AllowTrim(Lane.Bulk, positions[^1]);
        _time.Advance(TimeSpan.FromHours(20));
        var later = await Some.Append(writer, 60, 60, Lane.Bulk);
        bus.AllowTrim(Lane.Bulk, later[^1]);
        _time.Advance(TimeSpan.FromHours(3));
        await using (var early = bus.OpenReader(Lane.Bulk, default, out var none))
        {
            Assert.Equal((0, 120), (none, Some.Read(early).Count));
        }

        _time.Advance(TimeSpan.FromHours(2));
        await using var reader = bus.OpenReader(Lane.Bulk, positions[0], out var skipped);
        Assert.True(skipped > 0);
        var kept = Some.Read(reader);
        Assert.InRange(kept.Count, 60, 90);
        Assert.Equal(Some.Bodies(120 - kept.Count, kept.Count), kept);
    }

    [Fact]
    public async Task WhatIsNotIndexedIsKeptHoweverOldItIs()
    {
        await using var bus = Bus();
        await using var writer = bus.OpenWriter();
        var positions = await Some.Append(writer, 0, 60, Lane.Bulk);
        bus.AllowTrim(Lane.Bulk, positions[30]);
        _time.Advance(TimeSpan.FromDays(60));
        await Some.Append(writer, 60, 60, Lane.Bulk);
        _time.Advance(TimeSpan.FromDays(60));
        await using var reader = bus.OpenReader(Lane.Bulk, positions[30], out var skipped);
        Assert.Equal(0, skipped);
        Assert.True(Some.Read(reader).Count >= 89);
    }

    [Fact]
    public async Task IndexerOfAnotherProcessAllowsTheTrim()
    {
        await using var bus = Bus();
        await using var writer = bus.OpenWriter();
        var positions = await Some.Append(writer, 0, 60, Lane.Bulk);
        await using (var indexer = Bus())
        {
            indexer.AllowTrim(Lane.Bulk, positions[10]);
            indexer.AllowTrim(Lane.Bulk, positions[^1]);
        }

        _time.Advance(TimeSpan.FromHours(25));
        await Some.Append(writer, 60, 60, Lane.Bulk);
        _time.Advance(TimeSpan.FromHours(25));
        await using var reader = bus.OpenReader(Lane.Bulk, default, out var skipped);
        Assert.True(skipped > 0);
        Assert.InRange(Some.Read(reader).Count, 60, 90);
    }

    [Fact]
    public async Task PositionFromAnotherBusBeginsAtTheOldestAndSaysSo()
    {
        await using var bus = Bus();
        await using var writer = bus.OpenWriter();
        await Some.Append(writer, 0, 5, Lane.Bulk);
        await using var reader = bus.OpenReader(Lane.Bulk, new BusPosition(1 << 30), out var skipped);
        Assert.True(skipped < 0);
        Assert.Equal(Some.Bodies(0, 5), Some.Read(reader));
    }

    [Fact]
    public async Task BatchThatFitsNoSegmentIsRefused()
    {
        await using var bus = Bus();
        await using var writer = bus.OpenWriter();
        await Assert.ThrowsAsync<IOException>(() => Some.Append(writer, 1, bytes: 4096).AsTask());
        await Some.Append(writer, 2);
    }

    [Fact]
    public async Task DamageIsToldAndTheRestIsRead()
    {
        await using (var bus = Bus())
        {
            await using var writer = bus.OpenWriter();
            await Some.Append(writer, 0, 10, Lane.Bulk);
        }

        var segment = Directory.GetFiles(_temporary["bus/bulk"], "*.seg").Order().First();
        var bytes = File.ReadAllBytes(segment);
        bytes[100] ^= 1;
        File.WriteAllBytes(segment, bytes);
        await using var again = Bus();
        await using (var follower = again.OpenReader(Lane.Bulk, default, out _))
        {
            Assert.Equal(Some.Bodies(1, 9), Some.Read(follower));
        }

        Assert.Contains("bulk lane", Assert.Single(_problems), StringComparison.Ordinal);
        await using var next = again.OpenWriter();
        await using var reader = again.OpenReader(Lane.Bulk, default, out _);
        Assert.Equal(Some.Bodies(1, 9), Some.Read(reader));
        Assert.Contains("kept in", _problems[^1], StringComparison.Ordinal);
    }

    private static async Task<int> FillAsync(IBusWriter writer)
    {
        for (var appended = 0; ; appended++)
        {
            try
            {
                await Some.Append(writer, appended);
            }
            catch (IOException e)
            {
                Assert.Contains("not indexed", e.Message, StringComparison.Ordinal);
                return appended;
            }
        }
    }

    private SegmentLogBus Bus(SegmentLogOptions? options = null) =>
        new(_temporary["bus"], (options ?? Some.Options) with { OnProblem = _problems.Add }, _time);

    [Fact]
    public async Task ALaneIsDescribedTheSameFromItsWriterAndFromElsewhere()
    {
        await using var bus = Bus();
        Assert.Null(bus.Describe(Lane.Bulk).OldestUnixUs);
        await using var writer = bus.OpenWriter();
        var positions = await Some.Append(writer, 0, 3, Lane.Bulk);
        bus.AllowTrim(Lane.Bulk, positions[1]);

        var here = bus.Describe(Lane.Bulk);
        await using var other = Bus();
        Assert.Equal(here, other.Describe(Lane.Bulk));

        Assert.Equal((Some.Stamp().BusUnixUs, positions[1]), (here.OldestUnixUs, here.Indexed));
        Assert.True(here.Oldest.CompareTo(positions[0]) <= 0 && here.End.CompareTo(positions[2]) > 0);
        Assert.Equal(here.End.Value - positions[1].Value, here.LagBytes);
        Assert.True(here.UsedBytes > 0);
    }
}
