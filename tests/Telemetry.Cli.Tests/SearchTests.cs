using System.Net;

namespace Telemetry.Cli.Tests;

public sealed class SearchTests : IDisposable
{
    private const string Hits = """
        {"total":3,"hits":[
        {"_id":"c","@timestamp":"2026-11-22T11:05:58.123456Z","message":"third\nat Shop.Cart","log":{"level":"error"},"host":{"name":"web-1"},"service":{"name":"api"}},
        {"_id":"b","@timestamp":"2026-11-22T11:05:57.000000Z","message":"\u001b[31msecond"}],"next":"n1"}
        """;

    private const string LastHits = """
        {"total":3,"hits":[{"_id":"a","@timestamp":"2026-11-22T11:05:56.000000Z","event":{"kind":"event","action":"agent_start"}}],"next":null}
        """;

    private readonly FakeServer _server = new();
    private readonly Cli _cli;

    public SearchTests() => _cli = new Cli { Transport = _server };

    public void Dispose() => _server.Dispose();

    [Fact]
    public async Task EveryPageIsPrintedUpToTheLimit()
    {
        _server.Answer("/api/v1/search?q=a%20and%20b&limit=50&since=1h", Hits)
            .Answer("/api/v1/search?q=a%20and%20b&limit=48&since=1h&cursor=n1", LastHits);

        var result = await _cli.RunAsync("search", "a and b", "--since", "1h");

        Assert.Equal((0, ""), (result.ExitCode, result.Error));
        Approved.Matches("search.txt", result.Out);
    }

    [Fact]
    public async Task ColoursComeOnlyWhereTheyAreWanted()
    {
        _server.Answer("/api/v1/search?q=%2A&limit=2", Hits);
        _cli.Color = true;

        var result = await _cli.RunAsync("search", "*", "--limit", "2");

        Approved.Matches("search-colour.txt", result.Out.Replace("\e", "<ESC>"));
        Assert.Single(_server.Requests);
    }

    [Fact]
    public async Task WhatAnAnswerLacksIsToldOnceOnStandardError()
    {
        _server.Answer("/api/v1/search?q=%2A&limit=50", Hits.Replace("\"n1\"}", "\"n1\",\"incomplete\":[\"docs-1.db: a chunk is damaged\"]}", StringComparison.Ordinal))
            .Answer("/api/v1/search?q=%2A&limit=48&cursor=n1", LastHits.Replace("null}", "null,\"incomplete\":[\"docs-1.db: a chunk is damaged\"]}", StringComparison.Ordinal));

        var result = await _cli.RunAsync("search", "*");

        Assert.Equal(0, result.ExitCode);
        Assert.Equal("Not all of the store could be read, documents may be missing: docs-1.db: a chunk is damaged\n", result.Error);
    }

    [Fact]
    public async Task JsonIsOneDocumentALine()
    {
        _server.Answer("/api/v1/search?q=%2A&limit=2", Hits);

        var result = await _cli.RunAsync("search", "*", "--limit", "2", "--json");

        var lines = result.Out.TrimEnd('\n').Split('\n');
        Assert.Equal(["c", "b"], lines.Select(line => System.Text.Json.JsonDocument.Parse(line).RootElement.GetProperty("_id").GetString()));
    }

    [Fact]
    public async Task WhatIsNotShownIsCounted()
    {
        _server.Answer("/api/v1/search?q=%2A&limit=2", Hits.Replace("\"total\":3", "\"total\":16065"))
            .Answer("/api/v1/search?q=x&limit=50", """{"total":0,"hits":[],"next":null}""");

        Assert.Equal("2 of 16,065 are shown; --limit N shows more.\n", (await _cli.RunAsync("search", "*", "--limit", "2")).Error);
        var nothing = await _cli.RunAsync("search", "x");
        Assert.Equal((0, "", "Nothing matches.\n"), (nothing.ExitCode, nothing.Out, nothing.Error));
    }

    [Fact]
    public async Task JsonSteersNoTerminal()
    {
        _server.Answer("/api/v1/search?q=%2A&limit=50", "{\"total\":1,\"hits\":[{\"message\":\"a\u202eb\u009b1m\u00e9\"}],\"next\":null}");

        var result = await _cli.RunAsync("search", "*", "--json");

        Assert.Equal("{\"message\":\"a\\u202eb\\u009b1m\u00e9\"}\n", result.Out);
    }

    [Fact]
    public async Task ASyntaxErrorIsPointedAt()
    {
        _server.Answer(
            "/api/v1/search?q=host%20%3A%20%28a&limit=50",
            """{"error":"Expected ')' at 10, the end was found.","position":9,"expected":["')'"]}""", HttpStatusCode.BadRequest);

        var result = await _cli.RunAsync("search", "host : (a");

        Assert.Equal((2, ""), (result.ExitCode, result.Out));
        Assert.Equal("telemetry: Expected ')' at 10, the end was found.\n  host : (a\n           ^\n", result.Error);
    }

    [Fact]
    public async Task AnAbsentServerIsOneSentence()
    {
        using var nobody = new UnreachableServer();
        _cli.Transport = nobody;

        var result = await _cli.RunAsync("search", "*", "--url", "http://10.1.2.3:5080");

        Assert.Equal((1, ""), (result.ExitCode, result.Out));
        Assert.Equal(
            "telemetry: No server answers at http://10.1.2.3:5080/; start one with 'telemetry up', or name another with --url URL.\n",
            result.Error);
    }

    [Fact]
    public async Task SomethingElseThatAnswersIsNamed()
    {
        _server.Answer("/api/v1/search?q=%2A&limit=50", "<html>");

        var result = await _cli.RunAsync("search", "*");

        Assert.Equal(1, result.ExitCode);
        Assert.Contains("is not telemetry", result.Error);
    }

    [Fact]
    public async Task TheTokenOfAFileIsShown()
    {
        using var directory = new TemporaryDirectory();
        await File.WriteAllTextAsync(directory["token"], "tlm_1\n");
        _server.Answer("/api/v1/search?q=%2A&limit=50", LastHits);

        await _cli.RunAsync("search", "*", "--token-file", directory["token"]);

        Assert.Equal("Bearer tlm_1", _server.Authorization);
    }

    [Fact]
    public async Task FollowPrintsWhatArrives()
    {
        _server.Answer("/api/v1/tail?q=%2A&last=7&since=1h", ": hello\n\ndata: {\"_id\":\"a\",\"message\":\"one\"}\n\nevent: ping\ndata: {}\n\ndata: {\"_id\":\"b\",\ndata: \"message\":\"two\"}\n\n");

        var result = await _cli.RunAsync("search", "*", "--follow", "--since", "1h", "--limit", "7");

        Assert.Equal(["one", "two"], result.Out.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => line.Trim()));
        Assert.Equal(1, result.ExitCode);
        Assert.Contains("The server ended the tail.", result.Error);
    }
}
