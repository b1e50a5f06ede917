using Telemetry.Store.Elasticsearch;
using Telemetry.Store.Elasticsearch.Writing;

namespace Telemetry.Store.Tests.Elasticsearch;

public sealed class FlowWindowTests
{
    private static readonly ElasticWriterOptions Options = new() { MinRequestBytes = 1024, MaxRequestBytes = 16 << 10, Senders = 2 };
    private readonly FakeTime _time = new();
    private readonly FlowWindow _window;

    public FlowWindowTests() => _window = new FlowWindow(Options, _time);

    [Fact]
    public void ItOpensByStepsAndClosesByHalves()
    {
        Assert.Equal(32 << 10, _window.Limit);
        _window.PushedBack(_time.GetTimestamp());
        Assert.Equal(16 << 10, _window.Limit);

        _window.Went(_time.GetTimestamp());

        Assert.Equal((16 << 10) + 2048, _window.Limit);
    }

    [Fact]
    public void OneBadMomentCountsOnce()
    {
        var sentTogether = _time.GetTimestamp();
        _time.Advance(TimeSpan.FromSeconds(1));
        _window.PushedBack(sentTogether);
        _window.PushedBack(sentTogether);

        Assert.Equal(16 << 10, _window.Limit);
    }

    [Fact]
    public void ASlowAnswerIsPushBack()
    {
        var sentAt = _time.GetTimestamp();
        _time.Advance(Options.SlowAfter * 2);

        _window.Went(sentAt);

        Assert.Equal(16 << 10, _window.Limit);
    }

    [Fact]
    public void ItNeverCloses()
    {
        for (var i = 0; i < 50; i++)
        {
            _window.PushedBack(_time.GetTimestamp());
            _time.Advance(TimeSpan.FromSeconds(1));
        }

        Assert.Equal((1024, 1024), (_window.Limit, _window.RequestBytes));
        Assert.True(_window.EnterAsync(1 << 20).IsCompleted);
    }

    [Fact]
    public void WhoDoesNotFitWaitsInTurn()
    {
        Assert.True(_window.EnterAsync(30_000).IsCompleted);
        var large = _window.EnterAsync(20_000);
        var small = _window.EnterAsync(100);
        Assert.False(large.IsCompleted || small.IsCompleted);

        _window.Leave(30_000);

        Assert.True(large.IsCompleted && small.IsCompleted);
        Assert.Equal(20_100, _window.Used);
    }

    [Fact]
    public void ARequestTooLargeMakesTheNextSmaller()
    {
        _window.TooLarge(16 << 10);

        Assert.Equal(8 << 10, _window.RequestBytes);
        Assert.Equal(32 << 10, _window.Limit);
    }

    [Fact]
    public void PausesGrowToTheCapAndKeepToWhatIsAskedFor()
    {
        var backoff = new Backoff(TimeSpan.FromMilliseconds(100), TimeSpan.FromSeconds(60), new Random(1));
        var pauses = Enumerable.Range(0, 2000).Select(_ => backoff.Next()).ToList();

        Assert.All(pauses, pause => Assert.InRange(pause, TimeSpan.Zero, TimeSpan.FromSeconds(60)));
        Assert.True(pauses[0] <= TimeSpan.FromMilliseconds(100));
        Assert.InRange(pauses.Skip(100).Average(pause => pause.TotalSeconds), 27, 33);
        Assert.Equal(TimeSpan.FromSeconds(60), backoff.Next(retryAfter: TimeSpan.FromHours(1)));
        backoff.Reset();
        Assert.Equal(TimeSpan.FromSeconds(7), backoff.Next(retryAfter: TimeSpan.FromSeconds(7)));
    }
}
