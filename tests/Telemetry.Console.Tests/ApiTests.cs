using System.Net;
using System.Text.Json;
using Telemetry.Autopsy;
using Telemetry.Query;
using Telemetry.Store;

namespace Telemetry.Console.Tests;

public sealed class ApiTests : IAsyncLifetime
{
    private readonly FakeTime _time = new();
    private Fleet _fleet = null!;
    private ConsoleHost _host = null!;

    public async ValueTask InitializeAsync()
    {
        _fleet = new Fleet(_time);
        _host = await ConsoleHost.StartAsync(_fleet, _time);
    }

    public ValueTask DisposeAsync() => _host.DisposeAsync();

    [Theory]
    [InlineData("search", "/api/v1/search?q=cart+is+empty+and+log.level+:+fatal&limit=2")]
    [InlineData("search-hostile", "/api/v1/search?q=esrever")]
    [InlineData("histogram", "/api/v1/histogram?q=service.name+:+shop+or+log.level+:+fatal&buckets=6")]
    [InlineData("context", "/api/v1/context?id={id}&before=1&after=1")]
    [InlineData("lifetimes", "/api/v1/lifetimes?limit=2")]
    [InlineData("lifetime", "/api/v1/lifetimes/{silent}")]
    [InlineData("crashes", "/api/v1/crashes?limit=2")]
    [InlineData("syntax-error", "/api/v1/search?q=a+and+(b")]
    [InlineData("typed-value-error", "/api/v1/search?q=http.response.status_code+%3E%3D+abc")]
    [InlineData("parameter-error", "/api/v1/search?limit=10001")]
    [InlineData("health", "/healthz")]
    public async Task ShapesAreApproved(string name, string path)
    {
        using var answer = await _host.Http.GetAsync(Resolve(path));
        Assert.Equal("application/json; charset=utf-8", answer.Content.Headers.ContentType!.ToString());
        using var json = JsonDocument.Parse(await answer.Content.ReadAsStringAsync());
        var text = JsonSerializer.Serialize(json.RootElement, new JsonSerializerOptions { WriteIndented = true });
        Approved.Matches(name + ".json", $"{(int)answer.StatusCode}\n{text}\n");
    }

    [Theory]
    [InlineData("/api/v1/search?q=a+and+(b", "q")]
    [InlineData("/api/v1/search?since=yesterday", "since")]
    [InlineData("/api/v1/search?until=2026-01-01T00:00:00", "until")]
    [InlineData("/api/v1/search?limit=-1", "limit")]
    [InlineData("/api/v1/search?limit=many", "limit")]
    [InlineData("/api/v1/search?q=a&q=b", "q")]
    [InlineData("/api/v1/histogram?buckets=0", "buckets")]
    [InlineData("/api/v1/context", "id")]
    [InlineData("/api/v1/context?id=../../etc/passwd", "id")]
    [InlineData("/api/v1/tail?q=a:", "q")]
    [InlineData("/api/v1/crashes?limit=0", "limit")]
    public async Task WhatIsWrongIsNamed(string path, string parameter)
    {
        using var answer = await _host.Http.GetAsync(path);
        Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
        using var json = JsonDocument.Parse(await answer.Content.ReadAsStringAsync());
        Assert.Equal(parameter, json.RootElement.GetProperty("parameter").GetString());
        Assert.EndsWith(".", json.RootElement.GetProperty("error").GetString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("/api/v1/search?q=")]
    [InlineData("/api/v1/histogram?q=")]
    [InlineData("/api/v1/tail?q=")]
    [InlineData("/?q=")]
    [InlineData("/tail?q=")]
    public async Task AValueThatDoesNotFitAPromotedFieldIsRefused(string path)
    {
        _fleet.Documents.Types = new FieldTyping([new PromotedField("order.total", FieldType.Double).Field]);

        using var refused = await _host.Http.GetAsync(path + "order.total+%3E+much");
        using var answered = await _host.Http.GetAsync(path + "order.total+%3E+100", HttpCompletionOption.ResponseHeadersRead);

        Assert.Equal((HttpStatusCode.BadRequest, HttpStatusCode.OK), (refused.StatusCode, answered.StatusCode));
    }

    [Fact]
    public async Task APromotedFieldIsSearchedByItsType()
    {
        _fleet.Documents.Types = new FieldTyping([new PromotedField("order.total", FieldType.Double).Field]);
        _fleet.Documents.Add(Some.Line(Some.UnixUs(_time), 1, "cheap", ("order.total", 20.5)), Some.Line(Some.UnixUs(_time), 2, "dear", ("order.total", 100.5)));

        using var json = JsonDocument.Parse(await _host.Http.GetStringAsync("/api/v1/search?q=order.total+%3E+100"));

        var hit = Assert.Single(json.RootElement.GetProperty("hits").EnumerateArray());
        Assert.Equal(100.5, hit.GetProperty("order").GetProperty("total").GetDouble());
    }

    [Fact]
    public async Task AQueryThatIsTooLongIsRefused()
    {
        using var longest = await _host.Http.GetAsync("/api/v1/search?q=" + string.Concat(Enumerable.Repeat("%61", 8192)));
        Assert.Equal(HttpStatusCode.OK, longest.StatusCode);
        using var longer = await _host.Http.GetAsync("/api/v1/search?q=" + new string('a', 8193));
        Assert.Equal(HttpStatusCode.BadRequest, longer.StatusCode);
    }

    [Fact]
    public async Task PagesFollowEachOtherWithoutGapsOrRepeats()
    {
        var seen = new List<string>();
        string? cursor = "";
        long total = 0;
        while (cursor is not null)
        {
            using var page = await GetAsync($"/api/v1/search?q=service.name+:+web&limit=100&cursor={cursor}");
            total = page.RootElement.GetProperty("total").GetInt64();
            seen.AddRange(page.RootElement.GetProperty("hits").EnumerateArray().Select(hit => hit.GetProperty("_id").GetString()!));
            cursor = page.RootElement.GetProperty("next").GetString();
        }

        Assert.InRange(total, 200, 5000);
        Assert.Equal(total, seen.Count);
        Assert.Equal(seen.Count, seen.Distinct().Count());
    }

    [Fact]
    public async Task ALimitOfNothingCounts()
    {
        using var page = await GetAsync("/api/v1/search?limit=0");
        Assert.True(page.RootElement.GetProperty("total").GetInt64() > 2000);
        Assert.Equal(0, page.RootElement.GetProperty("hits").GetArrayLength());
        Assert.Equal(JsonValueKind.Null, page.RootElement.GetProperty("next").ValueKind);
    }

    [Fact]
    public async Task TimesBoundWhatIsFound()
    {
        using var hour = await GetAsync("/api/v1/search?since=1h&until=now-30m&limit=10000");
        var times = hour.RootElement.GetProperty("hits").EnumerateArray().Select(hit => hit.GetProperty("@timestamp").GetDateTimeOffset()).ToList();
        Assert.NotEmpty(times);
        Assert.All(times, time => Assert.InRange(time, _time.GetUtcNow().AddHours(-1), _time.GetUtcNow().AddMinutes(-30)));
    }

    [Theory]
    [InlineData("2026-01-02T03:30:00+01:00")]
    [InlineData("2026-01-02T03:30:00%2B01:00")]
    [InlineData("2026-01-02T03:30:00.5+01:00")]
    [InlineData("2026-01-01T21:30:00-05:00")]
    public async Task AnOffsetNeedsNoEscape(string since)
    {
        using var page = await GetAsync($"/api/v1/search?limit=1&since={since}");
        using var same = await GetAsync("/api/v1/search?limit=1&since=2026-01-02T02:30:00Z");
        Assert.Equal(same.RootElement.GetProperty("total").GetInt64(), page.RootElement.GetProperty("total").GetInt64());
    }

    [Theory]
    [InlineData("/api/v1/nothing", HttpStatusCode.NotFound)]
    [InlineData("/api/v1/lifetimes/xyz", HttpStatusCode.NotFound)]
    [InlineData("/api/v1/lifetimes/00000000000000000000000000000000", HttpStatusCode.NotFound)]
    [InlineData("/api/v1/context?id=AZt7vB0IAAAAAAAAAAAAAAAAAAAAAA", HttpStatusCode.NotFound)]
    [InlineData("/assets/console.js", HttpStatusCode.NotFound)]
    public async Task WhatIsNotThereIsNotFound(string path, HttpStatusCode status)
    {
        using var answer = await _host.Http.GetAsync(path);
        Assert.Equal(status, answer.StatusCode);
        using var json = JsonDocument.Parse(await answer.Content.ReadAsStringAsync());
        Assert.NotEmpty(json.RootElement.GetProperty("error").GetString()!);
    }

    [Theory]
    [InlineData("/")]
    [InlineData("/api/v1/search")]
    [InlineData("/metrics")]
    [InlineData("/nowhere")]
    public async Task NothingCanBeWritten(string path)
    {
        using var answer = await _host.Http.PostAsync(path, new StringContent("x"));
        Assert.Equal(HttpStatusCode.MethodNotAllowed, answer.StatusCode);
        Assert.Contains("GET", answer.Content.Headers.Allow);
    }

    [Theory]
    [InlineData("/")]
    [InlineData("/api/v1/search")]
    [InlineData("/api/v1/tail")]
    [InlineData("/nowhere")]
    public async Task HeadAnswersWithoutBody(string path)
    {
        using var answer = await _host.Http.SendAsync(new HttpRequestMessage(HttpMethod.Head, path));
        Assert.Equal(path == "/nowhere" ? HttpStatusCode.NotFound : HttpStatusCode.OK, answer.StatusCode);
        Assert.Empty(await answer.Content.ReadAsByteArrayAsync());
    }

    [Theory]
    [InlineData("/")]
    [InlineData("/?q=a+and+(")]
    [InlineData("/nowhere")]
    [InlineData("/api/v1/search")]
    [InlineData("/api/v1/search?limit=x")]
    [InlineData("/metrics")]
    public async Task EachAnswerForbidsWhatIsNotOurs(string path)
    {
        using var answer = await _host.Http.GetAsync(path);
        Assert.Equal(SecurityHeaders.ContentSecurityPolicy, answer.Headers.GetValues("Content-Security-Policy").Single());
        Assert.Equal("nosniff", answer.Headers.GetValues("X-Content-Type-Options").Single());
        Assert.DoesNotContain("unsafe", SecurityHeaders.ContentSecurityPolicy, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("/api/v1/search?q=cart")]
    [InlineData("/api/v1/histogram?q=cart")]
    [InlineData("/api/v1/context?id={id}")]
    public async Task AnAnswerSaysWhatItLacksAndNothingWhenItIsWhole(string path)
    {
        using var whole = await GetAsync(Resolve(path));
        Assert.False(whole.RootElement.TryGetProperty("incomplete", out _));
        _fleet.Documents.Incomplete = ["docs-1.db: a chunk is damaged"];
        using var part = await GetAsync(Resolve(path));
        Assert.Equal("docs-1.db: a chunk is damaged", part.RootElement.GetProperty("incomplete")[0].GetString());
        using var page = await _host.Http.GetAsync(Resolve(path).Replace("/api/v1/histogram", "/", StringComparison.Ordinal)
            .Replace("/api/v1/search", "/", StringComparison.Ordinal).Replace("/api/v1", "", StringComparison.Ordinal));
        Assert.Contains("docs-1.db: a chunk is damaged", await page.Content.ReadAsStringAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task AFaultSaysNothingOfItself()
    {
        _fleet.Documents.Fault = new InvalidOperationException("secret path /var/lib");
        using var answer = await _host.Http.GetAsync("/api/v1/search");
        Assert.Equal(HttpStatusCode.InternalServerError, answer.StatusCode);
        Assert.DoesNotContain("secret", await answer.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        using var page = await _host.Http.GetAsync("/");
        Assert.Equal(HttpStatusCode.InternalServerError, page.StatusCode);
        Assert.DoesNotContain("secret", await page.Content.ReadAsStringAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task AStoreThatIsAwayIsSaidSo()
    {
        _fleet.Documents.Fault = new Store.StoreUnavailableException("10.0.0.7:9200 cannot be reached.");
        foreach (var path in (string[])["/api/v1/search", "/"])
        {
            using var answer = await _host.Http.GetAsync(path);
            Assert.Equal(HttpStatusCode.ServiceUnavailable, answer.StatusCode);
            Assert.Contains("10.0.0.7:9200 cannot be reached.", await answer.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task HealthTellsWhichPartFails()
    {
        await using var host = await ConsoleHost.StartAsync(new ConsoleServices
        {
            Documents = _fleet.Documents,
            Lifetimes = _fleet.Lifetimes,
            CheckHealth = _ => ValueTask.FromResult(new HealthReport([new("gateway", true), new("indexer", false, "behind by 3 min")])),
        });
        using var answer = await host.Http.GetAsync("/healthz");
        Assert.Equal(HttpStatusCode.ServiceUnavailable, answer.StatusCode);
        Assert.Contains("behind by 3 min", await answer.Content.ReadAsStringAsync(), StringComparison.Ordinal);
    }

    private string Resolve(string path) => path
        .Replace("{id}", Some.Line(Some.UnixUs(_time) - (2 * Some.Second), 9002, "").Id.ToString(), StringComparison.Ordinal)
        .Replace("{silent}", _fleet.Lifetimes.Lifetimes.Find(l => l.State == LifetimeState.Silent)!.Id.ToString(), StringComparison.Ordinal);

    private async Task<JsonDocument> GetAsync(string path) => JsonDocument.Parse(await _host.Http.GetStringAsync(path));
}
