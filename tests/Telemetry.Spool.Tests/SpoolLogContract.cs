using Telemetry.Spool.Tests.Model;

namespace Telemetry.Spool.Tests;

/// <summary>What a log does when nothing fails; the same on the model and on the real file system.</summary>
public abstract class SpoolLogContract
{
    private static readonly CancellationToken Never = CancellationToken.None;

    private protected abstract ISpoolDirectory Directory { get; }

    [Fact]
    public async Task FramesAreReadInOrderAsTheyWereAppended()
    {
        using var log = Some.Open(Directory);
        var positions = Some.Append(log, 0, 100);
        Assert.True(await log.FlushAsync(positions[^1]));
        Assert.Equal(positions.Order(), positions);
        Assert.Equal(Some.Payloads(0, 100), Some.Content(log));
        Assert.Equal(log.End, log.Durable);
    }

    [Fact]
    public void EverythingIsThereAfterReopening()
    {
        using (var log = Some.Open(Directory))
        {
            Some.Append(log, 0, 60);
        }

        using var again = Some.Open(Directory, out var recovery);
        Assert.Empty(recovery.Damages);
        Some.Append(again, 60, 60);
        Assert.Equal(Some.Payloads(0, 120), Some.Content(again));
    }

    [Fact]
    public void EmptyAndLargestPayloadsAreKeptAndLargerOnesRefused()
    {
        using var log = Some.Open(Directory);
        var largest = 4096 - SpoolFormat.SegmentHeaderBytes - (int)SpoolFormat.FrameBytes(0);
        Some.Append(log, []);
        Some.Append(log, Some.Payload(1, largest));
        Assert.Equal(AppendResult.TooLarge, log.TryAppend(new byte[largest + 8], out var none));
        Assert.Equal(default, none);
        Assert.Equal([[], Some.Payload(1, largest)], Some.Content(log));
    }

    [Fact]
    public void TwoPiecesAreOneFrame()
    {
        using var log = Some.Open(Directory, Some.Options with { SegmentBytes = 1 << 20, MaxBytes = 4 << 20 });
        foreach (var bytes in new[] { 10, 100_000 })
        {
            var whole = Some.Payload(1, bytes);
            Assert.Equal(AppendResult.Ok, log.TryAppend(whole.AsSpan(0, 7), whole.AsSpan(7), out var position));
            Assert.Equal([whole], Some.Content(log, position));
        }
    }

    [Fact]
    public async Task DurableReaderSeesOnlyWhatIsFlushed()
    {
        var workers = new ManualWorkers();
        using var log = Some.Open(Directory, Some.Options with { Workers = workers });
        using var durable = log.OpenReader(default, durableOnly: true);
        using var written = log.OpenReader(default, durableOnly: false);
        var position = Some.Append(log, Some.Payload(1));
        var flush = log.FlushAsync(position);
        Assert.False(flush.IsCompleted);
        Assert.False(durable.TryRead(out _));
        Assert.True(written.TryRead(out _));
        workers.RunAll();
        Assert.True(await flush);
        Assert.True(durable.TryRead(out var frame));
        Assert.Equal(Some.Payload(1), frame.Payload.ToArray());
    }

    [Fact]
    public async Task WaitingReaderIsWokenByAnAppendAndADurableOneByAFlush()
    {
        using var log = SpoolLog.Open(Directory, Some.Options, TimeProvider.System, out _);
        using var written = log.OpenReader(default, durableOnly: false);
        using var durable = log.OpenReader(default, durableOnly: true);
        var first = written.WaitAsync(TimeSpan.FromSeconds(30), Never);
        var second = durable.WaitAsync(TimeSpan.FromSeconds(30), Never);
        var position = Some.Append(log, Some.Payload(1));
        await first;
        Assert.True(written.TryRead(out _));
        Assert.True(await log.FlushAsync(position));
        await second;
        Assert.True(durable.TryRead(out _));
    }

    [Fact]
    public async Task WaitEndsAtItsTimeAndWhenCancelled()
    {
        var time = new FakeTime();
        using var log = SpoolLog.Open(Directory, Some.Options, time, out _);
        using var reader = log.OpenReader(default, durableOnly: false);
        var waiting = reader.WaitAsync(TimeSpan.FromSeconds(1), Never).AsTask();
        time.Advance(TimeSpan.FromSeconds(1));
        await waiting;
        using var cancel = new CancellationTokenSource();
        var cancelled = reader.WaitAsync(TimeSpan.FromSeconds(1), cancel.Token).AsTask();
        await cancel.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => cancelled);
    }

    [Fact]
    public async Task TrimGivesSegmentsBackAndTheyAreUsedAgain()
    {
        using var log = Some.Open(Directory);
        for (var round = 0; round < 20; round++)
        {
            var positions = Some.Append(log, round * 50, 50);
            Assert.True(await log.FlushAsync(positions[^1]));
            log.Trim(positions[^1]);
            Assert.Equal(Some.Payloads((round * 50) + 49, 1), Some.Content(log, positions[^1]));
        }

        Assert.InRange(log.UsedBytes, 1, 2 * 4096);
        await Eventually.Holds(
            () => Directory.List("").Count(n => n.EndsWith(".seg", StringComparison.Ordinal)) <= 4, "files are few");
        Assert.True(log.Start.Value > 0);
    }

    [Fact]
    public async Task TrimmedPartIsSkippedAndCounted()
    {
        using var log = Some.Open(Directory);
        var positions = Some.Append(log, 0, 100);
        Assert.True(await log.FlushAsync(positions[^1]));
        log.Trim(positions[90]);
        var firstKept = positions.FindIndex(p => p >= log.Start);
        Assert.InRange(firstKept, 60, 90);
        Assert.True(log.BytesTrimmedAfter(default) > 0);
        Assert.Equal(0, log.BytesTrimmedAfter(positions[95]));
        using var reader = log.OpenReader(positions[3], durableOnly: true);
        Assert.True(reader.TryRead(out var frame));
        Assert.Equal(positions[firstKept], frame.Position);
        Assert.Equal(log.BytesTrimmedAfter(positions[3]), reader.SkippedBytes);
    }

    [Fact]
    public async Task FullLogRefusesKeepsTheReserveAndGoesOnAfterTrim()
    {
        using var log = Some.Open(Directory, Some.Options with { MaxBytes = 4 * 4096, ReserveBytes = 4096 });
        var last = default(SpoolPosition);
        while (log.TryAppend(Some.Payload(1, 500), out var position) == AppendResult.Ok)
        {
            last = position;
        }

        Assert.InRange(log.UsedBytes, 2 * 4096, 3 * 4096);
        Assert.Equal(AppendResult.Full, log.TryAppend(Some.Payload(1, 500), out _));
        var fromReserve = 0;
        while (log.TryAppend(Some.Payload(2, 500), out _, fromReserve: true) == AppendResult.Ok)
        {
            fromReserve++;
        }

        Assert.InRange(fromReserve, 7, 10);
        Assert.True(await log.FlushAsync(log.End));
        log.Trim(last);
        Assert.Equal(AppendResult.Ok, log.TryAppend(Some.Payload(3, 500), out _));
    }

    [Fact]
    public async Task ConcurrentAppendsAreAllThereOnceAndInTheOrderOfTheirPositions()
    {
        using var log = Some.Open(Directory, Some.Options with { SegmentBytes = 64 << 10, MaxBytes = 4 << 20 });
        var written = new System.Collections.Concurrent.ConcurrentDictionary<long, byte[]>();
        await Parallel.ForAsync(0, 8, async (writer, _) =>
        {
            for (var i = 0; i < 50; i++)
            {
                var payload = Some.Payload((writer * 1000) + i);
                var position = Some.Append(log, payload);
                Assert.True(await log.FlushAsync(position));
                Assert.True(log.Durable > position);
                Assert.True(written.TryAdd(position.Value, payload));
            }
        });
        Assert.Equal(written.OrderBy(w => w.Key).Select(w => w.Value), Some.Content(log));
    }

    [Fact]
    public void SecondWriterIsRefusedWithOneSentence()
    {
        using var log = Some.Open(Directory);
        var refusal = Assert.Throws<SpoolUnavailableException>(() => Some.Open(Directory));
        Assert.Contains("in use", refusal.Message, StringComparison.Ordinal);
        log.Dispose();
        Some.Open(Directory).Dispose();
    }

    [Fact]
    public void BadOptionsAreAllNamedAtOnce()
    {
        var refusal = Assert.Throws<ArgumentException>(() => Some.Open(
            Directory, new SpoolOptions { SegmentBytes = 100, ReserveBytes = -1, SpareSegments = 0 }));
        Assert.Contains("SegmentBytes", refusal.Message, StringComparison.Ordinal);
        Assert.Contains("ReserveBytes", refusal.Message, StringComparison.Ordinal);
        Assert.Contains("SpareSegments", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task LastFrameIsFoundAcrossSegments()
    {
        using var log = Some.Open(Directory);
        Assert.False(log.TryReadLast(out _));
        for (var i = 0; i < 80; i++)
        {
            Some.Append(log, Some.Payload(i, 100 + i));
            Assert.True(log.TryReadLast(out var last));
            Assert.Equal(Some.Payload(i, 100 + i), last);
        }

        Assert.True(await log.FlushAsync(log.End));
        Assert.Equal(log.BytesAfter(default, durableOnly: false), log.UsedBytes - Slack(log));
    }

    [Fact]
    public void SegmentsOfAnotherSizeAreReadAndUsedUp()
    {
        using (var log = Some.Open(Directory))
        {
            Some.Append(log, 0, 60);
        }

        using var larger = Some.Open(Directory, Some.Options with { SegmentBytes = 8192 });
        Some.Append(larger, 60, 60);
        Assert.Equal(Some.Payloads(0, 120), Some.Content(larger));
    }

    [Fact]
    public async Task DisposedLogRefusesWithoutThrowing()
    {
        var log = Some.Open(Directory);
        Some.Append(log, Some.Payload(1));
        log.Dispose();
        log.Dispose();
        Assert.Equal(AppendResult.Failed, log.TryAppend(Some.Payload(2), out _));
        Assert.True(await log.FlushAsync(default), "what was appended is durable");
        Assert.Equal(log.End, log.Durable);
    }

    [Fact]
    public async Task FollowerSeesWhatIsDurableAndKeepsUpWithRecycling()
    {
        using var log = Some.Open(Directory);
        using var follower = SpoolFollower.Open(Directory, default, TimeProvider.System);
        Assert.False(follower.TryRead(out _));
        for (var round = 0; round < 30; round++)
        {
            var positions = Some.Append(log, round * 20, 20);
            Assert.True(await log.FlushAsync(positions[^1]));
            for (var i = 0; i < 20; i++)
            {
                await follower.WaitAsync(TimeSpan.FromSeconds(10), Never);
                Assert.True(follower.TryRead(out var frame), $"round {round}, frame {i}");
                Assert.Equal(positions[i], frame.Position);
                Assert.Equal(Some.Payload((round * 20) + i), frame.Payload.ToArray());
            }

            log.Trim(positions[^1]);
        }

        Assert.Equal(0, follower.SkippedBytes);
        Assert.Equal(0, follower.LagBytes);
    }

    [Fact]
    public async Task FollowerThatWasOvertakenBeginsAtTheOldest()
    {
        using var log = Some.Open(Directory);
        using var follower = SpoolFollower.Open(Directory, default, TimeProvider.System);
        for (var round = 0; round < 10; round++)
        {
            var positions = Some.Append(log, round * 50, 50);
            Assert.True(await log.FlushAsync(positions[^1]));
            log.Trim(positions[^1]);
        }

        await Eventually.Holds(() => HeadFile.TryRead(Directory)!.Value.Start > 0, "the trim is durable");
        await follower.WaitAsync(TimeSpan.FromSeconds(10), Never);
        List<byte[]> read = [];
        while (follower.TryRead(out var frame))
        {
            if (frame.Position >= log.Start)
            {
                read.Add(frame.Payload.ToArray());
            }
        }

        Assert.True(follower.SkippedBytes > 0);
        Assert.Equal(Some.Content(log), read);
    }

    [Fact]
    public void CursorIsWhereItWasSaved()
    {
        Some.Open(Directory).Dispose();
        using (var cursor = SpoolCursor.Open(Directory, "ship"))
        {
            Assert.Equal(default, cursor.Position);
            for (var i = 1; i < 10; i++)
            {
                Assert.True(cursor.Save(new SpoolPosition(i * 1000)));
                using var other = SpoolCursor.Open(Directory, "ship");
                Assert.Equal(new SpoolPosition(i * 1000), other.Position);
            }
        }

        using var again = SpoolCursor.Open(Directory, "ship");
        Assert.Equal(new SpoolPosition(9000), again.Position);
        Assert.Throws<ArgumentException>(() => SpoolCursor.Open(Directory, "../ship"));
    }

    [Fact]
    public void PositionsGoOnAfterACursorWhateverHappensToTheSegments()
    {
        using (var log = Some.Open(Directory))
        {
            Some.Append(log, 0, 60);
            using var cursor = SpoolCursor.Open(Directory, "ship");
            Assert.True(cursor.Save(log.End));
        }

        foreach (var name in Directory.List("").Where(n => n.EndsWith(".seg", StringComparison.Ordinal)))
        {
            Directory.Delete(name);
        }

        Directory.Delete("head");
        using var again = Some.Open(Directory);
        using var after = SpoolCursor.Open(Directory, "ship");
        Assert.True(Some.Append(again, Some.Payload(1)) >= after.Position);
    }

    private static long Slack(SpoolLog log) => log.Segments.SkipLast(1).Sum(s => s.Bytes - (s.End.Value - s.Start.Value));
}
