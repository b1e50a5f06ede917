using Google.Protobuf;
using Telemetry.Protos.V1;
using Telemetry.Shipper.Processes;
using Telemetry.Shipping.Crashes;

namespace Telemetry.Shipper.Tests.Processes;

public class HandedCrashesTests
{
    private readonly FakeTime _time = new();
    private readonly HashSet<int> _alive = [];
    private readonly HandedCrashes _handed;

    public HandedCrashesTests() => _handed = new HandedCrashes(_alive.Contains, _time);

    [Fact]
    public void TheExampleOfTheFormatIsRead()
    {
        foreach (var part in Convert.FromHexString("0400000028EA9A03").Chunk(3))
        {
            _handed.Feed(part);
        }

        Assert.Equal(52586, _handed.TakeOf(52586)!.Pid);
        Assert.Null(_handed.TakeOf(52586));
    }

    [Fact]
    public void TheCommandsOwnCrashEndsItElseTheLastOfAChild()
    {
        Feed(2, 1, 3);
        Assert.Equal(1, _handed.TakeOf(1)!.Pid);
        Assert.Equal(3, _handed.TakeOf(1)!.Pid);
        Assert.Equal([2], _handed.TakeAll().Select(c => c.Pid));
    }

    [Fact]
    public void AChildThatIsOutlivedHasACrashOfItsOwn()
    {
        _alive.UnionWith([1, 2]);
        Feed(1, 2);
        Assert.Empty(_handed.TakeOutlived(1));
        _alive.Remove(2);
        Assert.Empty(_handed.TakeOutlived(1));
        _time.Advance(TimeSpan.FromSeconds(3));
        Assert.Equal(2, Assert.Single(_handed.TakeOutlived(1)).Pid);
        _alive.Clear();
        Assert.Empty(_handed.TakeOutlived(1));
        _time.Advance(TimeSpan.FromSeconds(3));
        Assert.Empty(_handed.TakeOutlived(1));
    }

    [Fact]
    public void WhatIsNoMessageIsPassedOver()
    {
        _handed.Feed([0xff, 0xff, 0xff, 0xff, 1, 2, 3]);
        Assert.Null(_handed.TakeOf(1));
        _handed.Feed([1, 0, 0, 0, 0xff]);
        Feed(1);
        Assert.Equal(1, _handed.TakeOf(1)!.Pid);
    }

    [Fact]
    public void ADescriptorThatIsAnotherFilesByNowIsNotWrittenTo()
    {
        Assert.False(CrashPipe.TryWrite(null, new Crash()));
        Assert.False(CrashPipe.TryWrite("1 pipe:[1]", new Crash()));
        Assert.False(CrashPipe.TryWrite("nonsense", new Crash()));
        Assert.False(CrashPipe.TryWrite("100000 ", new Crash()));
    }

    private void Feed(params int[] pids)
    {
        foreach (var pid in pids)
        {
            var crash = new Crash { Pid = pid }.ToByteArray();
            _handed.Feed([(byte)crash.Length, 0, 0, 0, .. crash]);
        }
    }
}
