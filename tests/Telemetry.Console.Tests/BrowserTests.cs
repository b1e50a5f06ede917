using Telemetry.Console.Html;

namespace Telemetry.Console.Tests;

[Trait("Category", "heavy")]
public sealed class BrowserTests
{
    private const string Hostile =
        "<script>document.title='owned'</script><img src=x onerror=\"document.title='owned'\"><svg onload=\"document.title='owned'\">"
        + "</textarea></title><a href=\"javascript:document.title='owned'\">x</a> \u001b[31mred\u001b[0m \u202Eesrever\u202C";

    [Fact]
    public async Task NoPageActsOnWhatItShows()
    {
        var time = TimeProvider.System;
        var fleet = new Fleet(time);
        fleet.Documents.Add(Some.Line(
            Some.UnixUs(time), 20_000, Hostile, ("host.name", Hostile), ("log.level", Hostile), ("labels.x", Hostile), ("error.stack_trace", Hostile)));
        var lifetimes = fleet.Lifetimes.Lifetimes;
        lifetimes[0] = lifetimes[0] with { HostName = Hostile, Role = Hostile, EndReason = Hostile, Image = Hostile };
        await using var host = await ConsoleHost.StartAsync(fleet, time);
        foreach (var path in (string[])[
            "/", "/?q=" + Uri.EscapeDataString(Hostile), "/lifetimes", $"/lifetimes/{lifetimes[0].Id}", "/crashes",
            $"/context?id={Some.Line(0, 20_000, "").Id}"])
        {
            var dom = await Browser.DomAsync(new Uri(host.Url, path));
            Assert.Contains("telemetry</title>", dom, StringComparison.Ordinal);
            AssertHarmless(dom);
        }
    }

    [Fact]
    public async Task TheTailShowsWhatArrivesAsText()
    {
        var time = TimeProvider.System;
        var fleet = new Fleet(time);
        await using var host = await ConsoleHost.StartAsync(fleet, time);
        await using var page = await BrowserSession.OpenAsync(new Uri(host.Url, "/tail"));
        await Eventually.Holds(
            async () => await page.EvaluateAsync("document.getElementById('state')?.dataset.state") == "live", "the tail is live", TimeSpan.FromSeconds(30));
        await Eventually.Holds(
            async () => await page.EvaluateAsync("document.querySelectorAll('.hit.row').length") == "20", "the last are shown", TimeSpan.FromSeconds(30));
        fleet.Documents.Add(Some.Line(Some.UnixUs(time), 30_000, Hostile, ("log.level", "error"), ("host.name", Hostile)));
        await Eventually.Holds(
            async () => await page.EvaluateAsync("document.querySelectorAll('.hit.row').length") == "21", "a row is shown", TimeSpan.FromSeconds(30));
        var dom = await page.EvaluateAsync("document.documentElement.outerHTML");
        Assert.Contains("hit row lvl-error", dom, StringComparison.Ordinal);
        Assert.Contains("␛[31mred", dom, StringComparison.Ordinal);
        AssertHarmless(dom);

        await page.EvaluateAsync("document.getElementById('pause').click()");
        fleet.Documents.Add(Some.Line(Some.UnixUs(time), 30_001, "held back"));
        await Eventually.Holds(
            async () => (await page.EvaluateAsync("document.getElementById('count').textContent")).Contains("1 held back", StringComparison.Ordinal),
            "a paused tail holds back", TimeSpan.FromSeconds(30));
        Assert.Equal("21", await page.EvaluateAsync("document.querySelectorAll('.hit.row').length"));
        await page.EvaluateAsync("document.getElementById('pause').click()");
        Assert.Equal("22", await page.EvaluateAsync("document.querySelectorAll('.hit.row').length"));
    }

    private static void AssertHarmless(string dom)
    {
        Assert.DoesNotContain("<title>owned", dom, StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain("<img", dom, StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain("<svg onload", dom, StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain("<a href=\"javascript:", dom, StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain("<script>", dom, StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain(dom, c => VisibleCharacter.All.Contains(c, StringComparison.Ordinal));
    }
}
