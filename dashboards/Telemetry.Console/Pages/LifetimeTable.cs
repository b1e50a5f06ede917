using Telemetry.Autopsy;
using Telemetry.Console.Html;

namespace Telemetry.Console.Pages;

/// <summary>Lifetimes as a table, newest start first.</summary>
internal static class LifetimeTable
{
    private static readonly string[] Heads =
        ["Instance", "State", "Role", "Started", "Lived", "Last proof of life", "Records", "Crashes"];

    public static void Write(HtmlWriter html, IReadOnlyList<Lifetime> lifetimes, long nowUnixUs)
    {
        using (html.In("div", ("class", "scroll")))
        using (html.In("table", ("class", "list lifetimes")))
        {
            using (html.In("thead"))
            using (html.In("tr"))
            {
                foreach (var head in Heads)
                {
                    html.Element("th", head, ("scope", "col"));
                }
            }

            using (html.In("tbody"))
            {
                foreach (var lifetime in lifetimes)
                {
                    WriteRow(html, lifetime, nowUnixUs);
                }
            }
        }
    }

    private static void WriteRow(HtmlWriter html, Lifetime lifetime, long nowUnixUs)
    {
        using (html.In("tr"))
        {
            using (html.In("th", ("scope", "row")))
            using (html.In("a", ("href", Link.Lifetime(lifetime.Id.ToString()))))
            {
                html.Text(LifetimeStates.Instance(lifetime.InstanceId, lifetime.HostName));
                html.Text(" ");
                html.Element("code", lifetime.Id.ToString()[..8]);
            }

            using (html.In("td"))
            {
                LifetimeStates.Badge(html, lifetime.State);
            }

            html.Element("td", lifetime.Role);
            using (html.In("td"))
            {
                Show.Ago(html, lifetime.StartUnixUs, nowUnixUs);
            }

            html.Element("td", Show.Duration(LifetimeStates.End(lifetime, nowUnixUs) - lifetime.StartUnixUs));
            using (html.In("td"))
            {
                Show.Ago(html, lifetime.LastProofOfLifeUnixUs, nowUnixUs);
            }

            using (html.In("td"))
            {
                CompletenessBar.WriteVerdict(html, Completeness.Of(lifetime));
                WriteTail(html, lifetime);
            }

            html.Element("td", lifetime.Crashes.Count == 0 ? "" : Show.Number(lifetime.Crashes.Count), ("class", "bad"));
        }
    }

    private static void WriteTail(HtmlWriter html, Lifetime lifetime)
    {
        if (CompletenessVerdict.TailSentence(lifetime) is { Length: > 0 } sentence)
        {
            html.Element(
                "span", $"after {Show.Moment(lifetime.MissingTail!.AfterUnixUs)} UTC some may be missing",
                ("class", "tail"), ("title", sentence));
        }
    }
}
