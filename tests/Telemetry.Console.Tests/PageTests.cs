using System.Net;
using System.Text.Json;
using Telemetry.Autopsy;
using Telemetry.Wire;

namespace Telemetry.Console.Tests;

public sealed class PageTests : IAsyncLifetime
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
    [InlineData("/")]
    [InlineData("/?q=log.level+:+(error+or+fatal)&since=1h")]
    [InlineData("/?since=all&until=2026-01-02")]
    [InlineData("/tail")]
    [InlineData("/lifetimes")]
    [InlineData("/lifetimes?since=1h")]
    [InlineData("/crashes")]
    public async Task PagesAreWellFormed(string path)
    {
        using var answer = await _host.Http.GetAsync(path);
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        Assert.Equal("text/html; charset=utf-8", answer.Content.Headers.ContentType!.ToString());
        var html = await answer.Content.ReadAsStringAsync();
        Assert.EndsWith("</main></body></html>", html, StringComparison.Ordinal);
        AssertHarmless(html);
    }

    [Fact]
    public async Task HostileLinesAreShownAndNotActedOn()
    {
        var html = await _host.Http.GetStringAsync("/?since=1m");
        Assert.Contains("&lt;script&gt;alert(1)&lt;/script&gt;", html, StringComparison.Ordinal);
        Assert.Contains(">ESC</span>[31mred", html, StringComparison.Ordinal);
        Assert.Contains(">U+202E</span>esrever", html, StringComparison.Ordinal);
        Assert.Contains(">NUL</span>nul", html, StringComparison.Ordinal);
        AssertHarmless(html);
    }

    [Fact]
    public async Task AHostileQueryIsOnlyText()
    {
        foreach (var query in (string[])["\"\"><script>alert(1)</script>\" or \u202e\u001b[0m", "\"<script>alert(1)</script>\" or \u202e\u001b[0m or <img"])
        {
            using var answer = await _host.Http.GetAsync("/?q=" + Uri.EscapeDataString(query));
            AssertHarmless(await answer.Content.ReadAsStringAsync());
        }
    }

    [Fact]
    public async Task ASyntaxErrorHasACaret()
    {
        using var answer = await _host.Http.GetAsync("/?q=" + Uri.EscapeDataString("log.level : (error or"));
        Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
        var html = await answer.Content.ReadAsStringAsync();
        Assert.Contains("log.level : (error or\n                     ^</pre>", html, StringComparison.Ordinal);
        Assert.Contains("The query ends where a term has to follow.", html, StringComparison.Ordinal);
    }

    [Fact]
    public async Task ABadTimeKeepsTheQuery()
    {
        using var answer = await _host.Http.GetAsync("/?q=precious&since=never");
        Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
        var html = await answer.Content.ReadAsStringAsync();
        Assert.Contains("value=\"precious\"", html, StringComparison.Ordinal);
        Assert.Contains("&#39;never&#39; is no time", html, StringComparison.Ordinal);
    }

    [Fact]
    public async Task OlderPagesDoNotMoveWithTime()
    {
        var html = await _host.Http.GetStringAsync("/?q=service.name+:+web&since=6h");
        Assert.Contains("since=2026-01-01T21%3A04%3A05.000000Z&amp;cursor=100", html, StringComparison.Ordinal);
    }

    [Fact]
    public async Task NothingInTheRangeOffersAllTime()
    {
        _time.Advance(TimeSpan.FromDays(30));
        var html = await _host.Http.GetStringAsync("/?q=cart");
        Assert.Contains("Nothing in this range", html, StringComparison.Ordinal);
        Assert.Contains("href=\"/?q=cart&amp;since=all\"", html, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("/", "Nothing is stored yet")]
    [InlineData("/?q=x", "Nothing matches")]
    [InlineData("/lifetimes", "No lifetime is known yet")]
    [InlineData("/crashes", "No crash is known")]
    public async Task AnEmptyStoreTellsWhatToDo(string path, string title)
    {
        await using var host = await ConsoleHost.StartAsync(
            new ConsoleServices { Documents = new FakeDocumentReader(_time), Lifetimes = new FakeLifetimeReader(), Time = _time });
        Assert.Contains(title, await host.Http.GetStringAsync(path), StringComparison.Ordinal);
    }

    [Fact]
    public async Task EachLifetimeHasItsPage()
    {
        foreach (var lifetime in _fleet.Lifetimes.Lifetimes)
        {
            var html = await _host.Http.GetStringAsync($"/lifetimes/{lifetime.Id}");
            Assert.Contains(lifetime.HostName, html, StringComparison.Ordinal);
            Assert.Contains("Vitals", html, StringComparison.Ordinal);
            Assert.Contains(lifetime.Crashes.Count > 0 ? "Last of standard error" : "Streams", html, StringComparison.Ordinal);
            AssertHarmless(html);
        }
    }

    [Theory]
    [InlineData(LifetimeState.Sealed, "Complete", "")]
    [InlineData(LifetimeState.Alive, "Stored so far", "")]
    [InlineData(LifetimeState.Silent, "All 139 known records are stored", "What was written after 2026-01-02 03:04:05 UTC may be missing.")]
    [InlineData(LifetimeState.AgentStopped, "All 139 known records are stored", "What was written after 2026-01-02 03:04:05 UTC may be missing.")]
    [InlineData(LifetimeState.Replaced, "All 139 known records are stored", "What was written after 2026-01-02 03:04:05 UTC may be missing.")]
    public async Task OnlyASealedLifetimeIsComplete(LifetimeState state, string title, string tail)
    {
        var id = ThatIsWhole(state);
        var html = await _host.Http.GetStringAsync($"/lifetimes/{id}");
        Assert.Contains($"<strong>{title}</strong>", html.Replace("\u2009", "", StringComparison.Ordinal), StringComparison.Ordinal);
        Assert.Contains(tail, html, StringComparison.Ordinal);
        Assert.Equal(state == LifetimeState.Sealed, html.Contains("class=\"share\" width=\"100%\" height=\"10\"", StringComparison.Ordinal));
        using var json = JsonDocument.Parse(await _host.Http.GetStringAsync($"/api/v1/lifetimes/{id}"));
        Assert.Equal(state == LifetimeState.Sealed, json.RootElement.GetProperty("complete").GetBoolean());
        Assert.Equal(state == LifetimeState.Sealed, json.RootElement.GetProperty("may_be_missing").ValueKind == JsonValueKind.Null);
        var table = await _host.Http.GetStringAsync("/lifetimes");
        Assert.Equal(state == LifetimeState.Sealed, table.Contains("139 complete", StringComparison.Ordinal));
        Assert.Equal(tail.Length > 0, table.Contains("after 2026-01-02 03:04:05 UTC some may be missing", StringComparison.Ordinal));
    }

    [Fact]
    public async Task ADeclaredLossWithoutACountIsNotComplete()
    {
        var id = ThatIsWhole(LifetimeState.Sealed);
        var all = _fleet.Lifetimes.Lifetimes;
        all[0] = all[0] with { Losses = [new LifetimeLoss(all[0].Streams[0].Id, all[0].Streams[0].Epoch, 0, 0, 0, "source_gone", "", 1)] };
        var html = await _host.Http.GetStringAsync($"/lifetimes/{id}");
        Assert.Contains("<strong>Not complete</strong>", html, StringComparison.Ordinal);
    }

    [Fact]
    public async Task TheNextBootBoundsWhatMayBeMissing()
    {
        var replaced = _fleet.Lifetimes.Lifetimes.Find(lifetime => lifetime.Successor is not null)!;
        var next = _fleet.Lifetimes.Lifetimes.Find(lifetime => lifetime.Id == replaced.Successor)!;
        var html = await _host.Http.GetStringAsync($"/lifetimes/{replaced.Id}");
        Assert.Contains($"and before {Html.Show.Moment(next.StartUnixUs)} UTC may be missing.", html, StringComparison.Ordinal);
    }

    [Fact]
    public async Task ACrashNamesWhoDiedOfWhat()
    {
        var html = await _host.Http.GetStringAsync("/crashes");
        Assert.Contains("<span class=\"title\">worker killed by SIGKILL</span>", html, StringComparison.Ordinal);
        Assert.Contains("<span class=\"title\">api died of SIGSEGV</span>", html, StringComparison.Ordinal);
        Assert.Contains("#workloads\" title=\"w1\">worker</a>", html, StringComparison.Ordinal);
    }

    [Fact]
    public async Task StreamsOfOneNameAreToldApart()
    {
        var html = await _host.Http.GetStringAsync($"/lifetimes/{_fleet.Lifetimes.Lifetimes[0].Id}");
        Assert.Contains("<td>api, process 4211</td>", html, StringComparison.Ordinal);
    }

    [Fact]
    public async Task ContextMarksTheDocument()
    {
        var id = Some.Line(Some.UnixUs(_time) - (2 * Some.Second), 9002, "").Id;
        var html = await _host.Http.GetStringAsync($"/context?id={id}");
        Assert.Contains("id=\"current\" open", html, StringComparison.Ordinal);
        AssertHarmless(html);
    }

    [Theory]
    [InlineData("/context?id=AZt7vB0IAAAAAAAAAAAAAAAAAAAAAA", 404)]
    [InlineData("/context", 400)]
    [InlineData("/lifetimes/ffffffffffffffffffffffffffffffff", 404)]
    [InlineData("/nowhere/<script>", 404)]
    [InlineData("/lifetimes?since=x", 400)]
    public async Task WhatIsMissingHasAPageToo(string path, int status)
    {
        using var answer = await _host.Http.GetAsync(path);
        Assert.Equal(status, (int)answer.StatusCode);
        var html = await answer.Content.ReadAsStringAsync();
        Assert.Contains("class=\"notice\"", html, StringComparison.Ordinal);
        AssertHarmless(html);
    }

    [Fact]
    public async Task AssetsMayBeKept()
    {
        using var answer = await _host.Http.GetAsync(Html.ConsoleAssets.Style.Path);
        Assert.Equal("text/css; charset=utf-8", answer.Content.Headers.ContentType!.ToString());
        Assert.Contains("immutable", answer.Headers.CacheControl!.ToString(), StringComparison.Ordinal);
    }

    /// <summary>Leaves one lifetime, of which every record that is known of is stored.</summary>
    private LifetimeId ThatIsWhole(LifetimeState state)
    {
        var all = _fleet.Lifetimes.Lifetimes;
        var lifetime = all[0] with
        {
            State = state,
            Sealed = state == LifetimeState.Sealed,
            MissingTail = state == LifetimeState.Sealed ? null : new MissingTail(Some.UnixUs(_time)),
            Streams = [all[0].Streams[0] with { Produced = 139, Stored = 139, Lost = 0, Missing = 0 }],
            Losses = [],
        };
        all.Clear();
        all.Add(lifetime);
        return lifetime.Id;
    }

    private static void AssertHarmless(string html)
    {
        var scripts = html.Split("<script").Length - 1;
        Assert.InRange(scripts, 0, html.Contains("/assets/tail.", StringComparison.Ordinal) ? 1 : 0);
        Assert.DoesNotContain(html, c => char.IsControl(c) && c is not ('\n' or '\t'));
        Assert.DoesNotContain(html, c => c is >= '\u202a' and <= '\u202e' or >= '\u2066' and <= '\u2069');
        Assert.DoesNotContain("<img", html, StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain("<b>evil", html, StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain(" style=", html, StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain("http://", html.Replace("http://www.w3.org", "", StringComparison.Ordinal), StringComparison.Ordinal);
    }
}
