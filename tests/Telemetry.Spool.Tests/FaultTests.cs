using Telemetry.Spool.Tests.Model;

namespace Telemetry.Spool.Tests;

/// <summary>One fault at a time, with what the log says about it.</summary>
public class FaultTests
{
    private readonly ModelDirectory _directory = new();
    private readonly ManualWorkers _workers = new();
    private readonly List<SpoolDamage> _damages = [];
    private readonly FakeTime _time = new();

    private ModelDisk Disk => _directory.Disk;

    [Fact]
    public async Task FailedFlushIsFalseForAllWhoWaitAndTrueOnlyAfterTheDataIsWrittenAgain()
    {
        using var log = Open();
        var first = Some.Append(log, Some.Payload(1));
        var flush = log.FlushAsync(first);
        Disk.FlushFailsOneIn = 1;
        _workers.Flusher.TryRun();
        Assert.False(await flush);
        Assert.Equal((1, default), (log.FailedFlushes, log.Durable));
        Disk.FlushFailsOneIn = 0;

        // Whether the frame survives depends on what the flush dropped; that it is not claimed wrongly does not.
        var again = log.FlushAsync(first);
        _workers.RunAll();
        if (await again)
        {
            PowerCut();
            Assert.Equal([Some.Payload(1)], Some.Content(Open()));
        }
        else
        {
            Assert.Equal(SpoolDamageKind.LostWrites, Assert.Single(_damages).Kind);
            Assert.False(await log.FlushAsync(first));
        }
    }

    [Fact]
    public async Task LostFrameStaysLostAndLaterOnesBecomeDurable()
    {
        for (var seed = 0; seed < 200 && _damages.Count == 0; seed++)
        {
            await LoseOrNot(new ModelDirectory(new ModelDisk(new Random(seed))));
        }

        Assert.NotEmpty(_damages);
    }

    [Fact]
    public void FullDiskIsFullAndSpaceMendsIt()
    {
        using var log = Open();
        var appended = 1;
        Some.Append(log, Some.Payload(appended++));
        _workers.RunAll();
        Disk.CapacityBytes = 0;
        while (log.TryAppend(Some.Payload(appended), out _) == AppendResult.Ok)
        {
            appended++;
        }

        Assert.InRange(appended, 50, 70);
        Assert.IsType<SpoolDiskFullException>(log.LastError);
        Disk.CapacityBytes = long.MaxValue;
        _time.Advance(TimeSpan.FromSeconds(1));
        Some.Append(log, Some.Payload(appended));
        Assert.Equal(Some.Payloads(1, appended), Some.Content(log));
    }

    [Fact]
    public void FailedWriteLeavesNothingBehind()
    {
        using var log = Open();
        Some.Append(log, Some.Payload(1));
        Disk.WriteFailsOneIn = 1;
        Assert.Equal(AppendResult.Failed, log.TryAppend(Some.Payload(2), out _));
        Disk.WriteFailsOneIn = 0;
        Some.Append(log, Some.Payload(3));
        Assert.Equal([Some.Payload(1), Some.Payload(3)], Some.Content(log));
    }

    [Fact]
    public void KillLosesNothingThatWasAppended()
    {
        var log = Open();
        Some.Append(log, 0, 100);
        Kill();
        Assert.Equal(Some.Payloads(0, 100), Some.Content(Open(out var recovery)));
        Assert.Empty(recovery.Damages);
        Assert.NotNull(log);
    }

    [Fact]
    public async Task TornTailIsSetAsideAndTheRestIsKept()
    {
        var log = Open();
        var kept = Some.Append(log, 0, 5);
        var flush = log.FlushAsync(kept[^1]);
        _workers.RunAll();
        Assert.True(await flush);
        var torn = Some.Append(log, Some.Payload(5, 2000));
        Kill();
        var name = Some.SegmentFiles(_directory)[0];
        using (var file = _directory.Open(name, writable: true))
        {
            file.Write(new byte[512], torn.Value + 1000);
        }

        using var again = Open(out var recovery);
        var damage = Assert.Single(recovery.Damages);
        Assert.Equal((SpoolDamageKind.Tail, torn), (damage.Kind, damage.From));
        Assert.Equal(Some.Payloads(0, 5), Some.Content(again));
        Assert.True(Some.Append(again, Some.Payload(6)) > torn);
        Assert.Equal(SpoolFormat.FrameBytes(2000), Some.ReadFile(_directory, damage.Evidence).Length);
    }

    [Fact]
    public void LogOpensWhereNothingCanBeWritten()
    {
        Some.Append(Open(), 0, 100);
        Kill();
        Disk.FlushFailsOneIn = Disk.WriteFailsOneIn = 1;
        using var log = Open(out var recovery);
        Assert.Empty(recovery.Damages);
        Assert.Equal(Some.Payloads(0, 100), Some.Content(log));
        Assert.Equal(AppendResult.Failed, log.TryAppend(Some.Payload(1), out _));
    }

    private async Task LoseOrNot(ModelDirectory directory)
    {
        using var log = Open(directory, out _);
        var before = log.FlushAsync(Some.Append(log, Some.Payload(0)));
        _workers.RunAll();
        Assert.True(await before);
        var first = Some.Append(log, Some.Payload(1, 3000));
        directory.Disk.FlushFailsOneIn = 1;
        var flush = log.FlushAsync(first);
        _workers.RunAll();
        Assert.False(await flush);
        directory.Disk.FlushFailsOneIn = 0;
        var second = Some.Append(log, Some.Payload(2));
        var both = log.FlushAsync(second);
        _workers.RunAll();
        if (await both)
        {
            return;
        }

        Assert.Equal((SpoolDamageKind.LostWrites, first), (_damages[^1].Kind, _damages[^1].From));
        Assert.False(await log.FlushAsync(first));
        var third = Some.Append(log, Some.Payload(3));
        var last = log.FlushAsync(third);
        _workers.RunAll();
        Assert.True(await last);
        Assert.False(await log.FlushAsync(first));
        Assert.False(await log.FlushAsync(second));
        Assert.Equal([Some.Payload(0), Some.Payload(3)], Some.Content(log));
    }

    private SpoolLog Open() => Open(_directory, out _);

    private SpoolLog Open(out SpoolRecovery recovery) => Open(_directory, out recovery);

    private SpoolLog Open(ModelDirectory directory, out SpoolRecovery recovery)
    {
        _workers.Clear();
        return SpoolLog.Open(
            directory, Some.Options with { Workers = _workers, OnDamage = _damages.Add }, _time, out recovery);
    }

    private void Kill() => Disk.Kill();

    private void PowerCut() => Disk.Crash();
}
