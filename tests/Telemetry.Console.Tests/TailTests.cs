using System.Net;
using System.Text.Json;

namespace Telemetry.Console.Tests;

public sealed class TailTests : IAsyncLifetime
{
    private readonly FakeTime _time = new();
    private Fleet _fleet = null!;
    private ConsoleHost _host = null!;

    public async ValueTask InitializeAsync()
    {
        _fleet = new Fleet(_time);
        _host = await ConsoleHost.StartAsync(
            new ConsoleServices { Documents = _fleet.Documents, Lifetimes = _fleet.Lifetimes, Time = _time, MaxTails = 2 });
    }

    public ValueTask DisposeAsync() => _host.DisposeAsync();

    [Fact]
    public async Task WhatArrivesIsSentAndReturningMissesNothing()
    {
        string id;
        using (var tail = await TailReader.OpenAsync(_host.Http, "/api/v1/tail?q=message+:+fresh", null))
        {
            Assert.Equal("text/event-stream; charset=utf-8", tail.ContentType);
            Assert.Equal(": connected", await tail.NextLineAsync());
            _fleet.Documents.Add(Some.Line(1, 1, "stale"), Some.Line(1, 2, "fresh one\u2028\n"), Some.Line(1, 3, "fresh two"));
            var first = await DataAsync(tail);
            var second = await DataAsync(tail);
            Assert.Equal("fresh one\u2028\n", first.Message);
            Assert.Equal("fresh two", second.Message);
            id = tail.LastId!;
        }

        _fleet.Documents.Add(Some.Line(1, 4, "fresh three"));
        using var again = await TailReader.OpenAsync(_host.Http, "/api/v1/tail?q=message+:+fresh", id);
        Assert.Equal("fresh three", (await DataAsync(again)).Message);
    }

    [Fact]
    public async Task WhatIsThereComesFirstAndNothingTwice()
    {
        var now = Some.UnixUs(_time);
        _fleet.Documents.Add(
            Some.Line(now - (2 * Some.Second), 1, "fresh two"), Some.Line(now - (3 * Some.Second), 2, "fresh one"),
            Some.Line(now - (90 * Some.Second), 3, "fresh and old"));

        // It arrives between the mark and the search, and is seen by both.
        _fleet.Documents.BeforeSearch = () => _fleet.Documents.Add(Some.Line(now - Some.Second, 4, "fresh three"));
        using var tail = await TailReader.OpenAsync(_host.Http, "/api/v1/tail?q=message+:+fresh&last=10&since=1m", null);
        Assert.Equal("fresh one", (await DataAsync(tail)).Message);
        Assert.Equal("fresh two", (await DataAsync(tail)).Message);
        Assert.Equal("fresh three", (await DataAsync(tail)).Message);
        _fleet.Documents.Add(Some.Line(now, 5, "fresh four"));
        Assert.Equal("fresh four", (await DataAsync(tail)).Message);
    }

    [Fact]
    public async Task OnlyTheLastAreSentFirst()
    {
        _fleet.Documents.Add(Some.Line(1, 1, "fresh one"), Some.Line(2, 2, "fresh two"), Some.Line(3, 3, "fresh three"));
        using var tail = await TailReader.OpenAsync(_host.Http, "/api/v1/tail?q=message+:+fresh&last=2", null);
        Assert.Equal("fresh two", (await DataAsync(tail)).Message);
        Assert.Equal("fresh three", (await DataAsync(tail)).Message);
        Assert.NotNull(await tail.NextLineAsync("id: "));
        using var again = await TailReader.OpenAsync(_host.Http, "/api/v1/tail?q=message+:+fresh&last=2", tail.LastId);
        _fleet.Documents.Add(Some.Line(4, 4, "fresh four"));
        Assert.Equal("fresh four", (await DataAsync(again)).Message);
    }

    [Fact]
    public async Task SilenceIsFilledWithHeartbeats()
    {
        using var tail = await TailReader.OpenAsync(_host.Http, "/api/v1/tail?q=nothing.like.it+:+x", null);
        var heartbeat = tail.NextLineAsync(": heartbeat");
        await Eventually.Holds(
            () =>
            {
                _time.Advance(TimeSpan.FromSeconds(1));
                return heartbeat.IsCompleted;
            },
            "a heartbeat comes");
        await heartbeat;
    }

    [Fact]
    public async Task MoreTailsThanAllowedAreRefused()
    {
        using var one = await TailReader.OpenAsync(_host.Http, "/api/v1/tail", null);
        using var two = await TailReader.OpenAsync(_host.Http, "/api/v1/tail", null);
        using var three = await _host.Http.GetAsync("/api/v1/tail", HttpCompletionOption.ResponseHeadersRead);
        Assert.Equal(HttpStatusCode.ServiceUnavailable, three.StatusCode);
    }

    [Fact]
    public async Task AnOpenTailDoesNotDelayTheEnd()
    {
        using var tail = await TailReader.OpenAsync(_host.Http, "/api/v1/tail", null);
        await _host.DisposeAsync().AsTask().WaitAsync(TimeSpan.FromSeconds(10));
    }

    private async Task<(string Id, string Message)> DataAsync(TailReader tail)
    {
        var next = tail.NextDataAsync();
        await Eventually.Holds(
            () =>
            {
                _time.Advance(TimeSpan.FromMilliseconds(500));
                return next.IsCompleted;
            },
            "a document comes");
        using var json = JsonDocument.Parse(await next);
        return (json.RootElement.GetProperty("_id").GetString()!, json.RootElement.GetProperty("message").GetString()!);
    }
}
