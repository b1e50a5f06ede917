namespace Telemetry.Gateway.Tests;

public class RepeatLimitTests
{
    [Fact]
    public void OneInTenSecondsPassesAndTellsHowManyDidNot()
    {
        var time = new FakeTime();
        var limit = new RepeatLimit(time);
        Assert.True(limit.TryPass(out var suppressed));
        Assert.Equal(0, suppressed);
        Assert.False(limit.TryPass(out _));
        time.Advance(TimeSpan.FromSeconds(9));
        Assert.False(limit.TryPass(out _));

        time.Advance(TimeSpan.FromSeconds(1));

        Assert.True(limit.TryPass(out suppressed));
        Assert.Equal(2, suppressed);
    }

    [Fact]
    public void EachLaneOfAnInstanceHasItsOwnTurn()
    {
        var time = new FakeTime();
        var limits = new CallerLimits(time);
        for (var i = 0; i < 3; i++)
        {
            Assert.Equal(i == 0, limits.TryPass("a", Wire.Lane.Bulk, out _));
            Assert.Equal(i == 0, limits.TryPass("a", Wire.Lane.Critical, out _));
            Assert.Equal(i == 0, limits.TryPass("b", Wire.Lane.Bulk, out _));
        }

        time.Advance(TimeSpan.FromSeconds(10));
        Assert.True(limits.TryPass("a", Wire.Lane.Bulk, out var suppressed));
        Assert.Equal(2, suppressed);
        for (var i = 0; i < 10_000; i++)
        {
            Assert.True(limits.TryPass($"i-{i}", Wire.Lane.Bulk, out _));
        }
    }
}
