using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Telemetry.Console.Care;

namespace Telemetry.Console.Tests;

public sealed class PurgeTests
{
    private readonly FakePurger _purger = new();

    [Fact]
    public async Task APreviewGivesATokenThatPurges()
    {
        await using var host = await StartAsync("local");

        var preview = await AskAsync(host, """{"query":"message : secret","since":"2026-11-22T11:00Z"}""");
        var outcome = await AskAsync(host, """{"token":"t-1","user":"ada"}""");

        Assert.Equal(("t-1", 3), (preview.GetProperty("token").GetString(), preview.GetProperty("total").GetInt32()));
        Assert.Equal(3, outcome.GetProperty("purged").GetInt32());
        Assert.Equal("message : secret", _purger.Question!.Text);
        Assert.True(_purger.Question.IsReviewed);
        Assert.Equal("local (says it is ada)", _purger.User);
    }

    [Theory]
    [InlineData("text/plain")]
    [InlineData("application/x-www-form-urlencoded")]
    [InlineData("multipart/form-data")]
    public async Task WhatABrowserSendsWithoutAskingIsRefused(string type)
    {
        await using var host = await StartAsync("local");
        using var body = new StringContent("""{"query":"*"}""");
        body.Headers.ContentType = new(type);

        using var answer = await host.Http.PostAsync("/api/v1/purge", body);

        Assert.Equal(HttpStatusCode.UnsupportedMediaType, answer.StatusCode);
        Assert.Null(_purger.Question);
    }

    [Fact]
    public async Task APageFromElsewhereIsRefused()
    {
        await using var host = await StartAsync("local");
        using var request = new HttpRequestMessage(HttpMethod.Post, "/api/v1/purge") { Content = JsonContent.Create(new { query = "*" }) };
        request.Headers.Add("Origin", "https://evil.example");

        using var answer = await host.Http.SendAsync(request);

        Assert.Equal(HttpStatusCode.Forbidden, answer.StatusCode);
        Assert.Null(_purger.Question);
    }

    [Fact]
    public async Task WhoMayNotIsToldWhy()
    {
        await using var host = await StartAsync(null);

        using var answer = await host.Http.PostAsJsonAsync("/api/v1/purge", new { query = "*" });

        Assert.Equal(HttpStatusCode.Forbidden, answer.StatusCode);
        Assert.Contains("not you", await answer.Content.ReadAsStringAsync());
        Assert.Null(_purger.Question);
    }

    [Theory]
    [InlineData("")]
    [InlineData("null")]
    [InlineData("[]")]
    [InlineData("{}")]
    [InlineData("""{"query":""}""")]
    [InlineData("""{"query":"*","sinc":"1h"}""")]
    [InlineData("""{"query":"("}""")]
    [InlineData("""{"query":"*","since":"yesteryear"}""")]
    [InlineData("""{"query":1}""")]
    public async Task ABodyThatIsNoneIsRefused(string body)
    {
        await using var host = await StartAsync("local");
        using var content = new StringContent(body, new System.Net.Http.Headers.MediaTypeHeaderValue("application/json"));

        using var answer = await host.Http.PostAsync("/api/v1/purge", content);

        Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
        Assert.Null(_purger.Question);
    }

    [Fact]
    public async Task ARefusalAndAFailureAreSentences()
    {
        await using var host = await StartAsync("local");

        using var refused = await host.Http.PostAsJsonAsync("/api/v1/purge", new { token = "old" });
        using var failed = await host.Http.PostAsJsonAsync("/api/v1/purge", new { token = "broken" });

        Assert.Equal((HttpStatusCode.Conflict, HttpStatusCode.ServiceUnavailable), (refused.StatusCode, failed.StatusCode));
        Assert.Contains("look again", await refused.Content.ReadAsStringAsync());
        Assert.Contains("disk full", await failed.Content.ReadAsStringAsync());
    }

    [Fact]
    public async Task AProcessWithoutTheStoreSaysSo()
    {
        var fleet = Fleet();
        await using var host = await ConsoleHost.StartAsync(new ConsoleServices
        {
            Documents = fleet.Documents, Lifetimes = fleet.Lifetimes, ChangeRight = _ => new ChangeRight("local", null),
        });

        using var answer = await host.Http.PostAsJsonAsync("/api/v1/purge", new { query = "*" });

        Assert.Equal(HttpStatusCode.Conflict, answer.StatusCode);
        using var reading = await host.Http.GetAsync("/api/v1/purge");
        Assert.Equal(HttpStatusCode.NotFound, reading.StatusCode);
    }

    private static Fleet Fleet() => new(TimeProvider.System);

    private static async Task<JsonElement> AskAsync(ConsoleHost host, string body)
    {
        using var content = new StringContent(body, new System.Net.Http.Headers.MediaTypeHeaderValue("application/json"));
        using var answer = await host.Http.PostAsync("/api/v1/purge", content);
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        return await answer.Content.ReadFromJsonAsync<JsonElement>();
    }

    private Task<ConsoleHost> StartAsync(string? user)
    {
        var fleet = Fleet();
        return ConsoleHost.StartAsync(new ConsoleServices
        {
            Documents = fleet.Documents,
            Lifetimes = fleet.Lifetimes,
            Purger = _purger,
            ChangeRight = _ => user is null ? new ChangeRight("", "It may be others, not you.") : new ChangeRight(user, null),
        });
    }

    private sealed class FakePurger : IPurger
    {
        public PurgeQuestion? Question { get; private set; }

        public string? User { get; private set; }

        public ValueTask<PurgePreview> PreviewAsync(PurgeQuestion question, CancellationToken cancel)
        {
            Question = question;
            return new(new PurgePreview("t-1", 3, 1, 2, [KeyValuePair.Create("i-1", 3L)], [], ["The bus keeps it."]));
        }

        public ValueTask<PurgeOutcome> RunAsync(string token, string user, CancellationToken cancel)
        {
            User = user;
            return token switch
            {
                "old" => throw new PurgeRefusedException("It is used: look again."),
                "broken" => throw new IOException("disk full"),
                _ => new(new PurgeOutcome(3, 3, [])),
            };
        }
    }
}
