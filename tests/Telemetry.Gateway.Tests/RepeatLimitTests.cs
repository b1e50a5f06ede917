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
}
