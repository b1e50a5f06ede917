using Telemetry.Autopsy;
using Telemetry.Console.Api;
using Telemetry.Console.Html;

namespace Telemetry.Console.Pages;

/// <summary><c>/lifetimes</c>: who lived when, and how it ended.</summary>
internal sealed class LifetimesPage(ConsoleServices services) : IPage
{
    private const int MaxRows = 200;
    private const long Day = 86_400_000_000;

    private static readonly (string? Since, string Name)[] Ranges =
        [(null, "fit"), ("15m", "15 min"), ("1h", "1 h"), ("6h", "6 h"), ("24h", "24 h"), ("7d", "7 d"), ("30d", "30 d")];

    public async Task<PageView> ViewAsync(PageRequest request)
    {
        var since = request.Parameters.Since;
        var until = request.Parameters.Until;
        var lifetimes = await services.Lifetimes.ListAsync(
            since ?? (until ?? request.NowUnixUs) - (30 * Day), until, MaxRows + 1, request.Cancel);
        var shown = lifetimes.Take(MaxRows).ToList();
        return new PageView("Lifetimes", "/lifetimes", html =>
        {
            WriteHead(html, request, shown);
            if (shown.Count == 0)
            {
                WriteNothing(html, since is not null || until is not null);
                return;
            }

            var scale = Scale(shown, since, until, request.NowUnixUs);
            GanttPicture.Write(html, shown, scale, request.NowUnixUs);
            if (lifetimes.Count > MaxRows)
            {
                html.Element("p", $"The {MaxRows} that started last are shown; choose a shorter range for others.", ("class", "dim"));
            }

            LifetimeTable.Write(html, shown, request.NowUnixUs);
        });
    }

    // From the first start, but not further back than a day unless asked to, with a little air before it.
    private static TimeScale Scale(List<Lifetime> lifetimes, long? since, long? until, long now)
    {
        var end = until ?? Math.Max(now, lifetimes.Max(lifetime => lifetime.LastProofOfLifeUnixUs));
        if (since is { } start)
        {
            return new TimeScale(start, Math.Max(end, start + 1));
        }

        var first = Math.Max(lifetimes.Min(lifetime => lifetime.StartUnixUs), end - Day);
        return new TimeScale(first - ((end - first) / 40) - 1_000_000, end);
    }

    private static void WriteHead(HtmlWriter html, PageRequest request, List<Lifetime> lifetimes)
    {
        var crashes = lifetimes.Sum(lifetime => lifetime.Crashes.Count);
        using (html.In("header", ("class", "head")))
        {
            html.Element("h1", "Lifetimes");
            using (html.In("p", ("class", "legend")))
            {
                foreach (var state in LifetimeStates.All)
                {
                    using (html.In("span", ("class", "key st-" + LifetimeStates.Css(state)), ("title", LifetimeStates.Meaning(state))))
                    {
                        html.Text(LifetimeStates.Name(state));
                        html.Element("b", Show.Number(lifetimes.Count(lifetime => lifetime.State == state)));
                    }
                }

                using (html.In("a", ("class", "key crashes"), ("href", "/crashes")))
                {
                    html.Text(crashes == 1 ? "crash" : "crashes");
                    html.Element("b", Show.Number(crashes));
                }
            }

            using (html.In("div", ("class", "presets"), ("role", "group"), ("aria-label", "Time range")))
            {
                var current = request.Parameters.Text("since");
                foreach (var (since, name) in Ranges)
                {
                    html.Element(
                        "a", name, ("href", Link.To("/lifetimes", ("since", since))),
                        ("aria-current", current == since && request.Parameters.Text("until") is null ? "true" : null));
                }
            }
        }
    }

    private static void WriteNothing(HtmlWriter html, bool isNarrowed)
    {
        if (isNarrowed)
        {
            Notice.Write(html, "No lifetime in this range", "No server is known to have lived then.", ("The last 30 days", "/lifetimes"));
        }
        else
        {
            Notice.WriteCommands(
                html, "No lifetime is known yet",
                "A lifetime begins with the first word of a shipper: one boot of one server. Start one, or watch a fleet:",
                "telemetry-shipper run --watch '/var/log/*.log'", "./build up -- --demo");
        }
    }
}
