using System.Globalization;
using Telemetry.Autopsy;
using Telemetry.Console.Html;

namespace Telemetry.Console.Pages;

/// <summary>
/// Lifetimes over time: a row each, grouped by role and instance, oldest first, so that a replaced server stands above its
/// successor. Names are HTML on the left, the picture is one SVG on the right; rows have the same height in both.
/// </summary>
internal static class GanttPicture
{
    private const int RowHeight = 26;
    private const int AxisHeight = 24;

    public static void Write(HtmlWriter html, IReadOnlyList<Lifetime> lifetimes, TimeScale scale, long nowUnixUs)
    {
        var rows = Rows(lifetimes);
        using (html.In("figure", ("class", "gantt")))
        {
            WriteNames(html, rows);
            using (html.In("div", ("class", "picture")))
            {
                WritePicture(html, rows, scale, nowUnixUs);
            }
        }
    }

    private static List<GanttRow> Rows(IReadOnlyList<Lifetime> lifetimes)
    {
        List<GanttRow> rows = [];
        var hasRoles = lifetimes.Any(lifetime => lifetime.Role.Length > 0);
        foreach (var role in lifetimes.GroupBy(lifetime => lifetime.Role).OrderBy(g => g.Key, StringComparer.Ordinal))
        {
            if (hasRoles)
            {
                rows.Add(new GanttRow(role.Key.Length == 0 ? "no role" : role.Key, null, false));
            }

            foreach (var instance in role.GroupBy(lifetime => lifetime.InstanceId).OrderBy(g => g.Min(l => l.StartUnixUs)))
            {
                var isFirst = true;
                foreach (var lifetime in instance.OrderBy(lifetime => lifetime.StartUnixUs))
                {
                    rows.Add(new GanttRow(LifetimeStates.Instance(lifetime.InstanceId, lifetime.HostName), lifetime, isFirst));
                    isFirst = false;
                }
            }
        }

        return rows;
    }

    private static void WriteNames(HtmlWriter html, List<GanttRow> rows)
    {
        using (html.In("ol", ("class", "names")))
        {
            foreach (var row in rows)
            {
                if (row.Lifetime is not { } lifetime)
                {
                    html.Element("li", row.Name, ("class", "role"));
                    continue;
                }

                using (html.In("li", ("class", row.IsFirst ? null : "again")))
                using (html.In("a", ("href", Link.Lifetime(lifetime.Id.ToString()))))
                {
                    html.Element("span", row.IsFirst ? row.Name : "↳ next boot", ("class", "name"));
                    html.Element("code", lifetime.Id.ToString()[..8]);
                }
            }
        }
    }

    private static void WritePicture(HtmlWriter html, List<GanttRow> rows, TimeScale scale, long nowUnixUs)
    {
        var height = (rows.Count * RowHeight) + AxisHeight;
        using (html.In(
            "svg", ("width", "100%"), ("height", Text(height)), ("role", "group"), ("aria-label", "Lifetimes over time")))
        {
            WritePatterns(html);
            WriteGrid(html, rows, scale, height);
            for (var i = 0; i < rows.Count; i++)
            {
                if (rows[i].Lifetime is { } lifetime)
                {
                    WriteBar(html, lifetime, scale, i * RowHeight, nowUnixUs);
                }
            }
        }
    }

    private static void WriteGrid(HtmlWriter html, List<GanttRow> rows, TimeScale scale, int height)
    {
        for (var i = 0; i < rows.Count; i++)
        {
            html.Element(
                "rect", null, ("class", rows[i].Lifetime is null ? "role" : i % 2 == 0 ? "even" : "odd"), ("x", "0"),
                ("y", Text(i * RowHeight)), ("width", "100%"), ("height", Text(RowHeight)));
        }

        var (ticks, step) = scale.Ticks(8);
        foreach (var (i, tick) in ticks.Index())
        {
            var x = Percent(scale.Percent(tick));
            html.Element("line", null, ("class", "tick"), ("x1", x), ("x2", x), ("y1", "0"), ("y2", Text(height - AxisHeight)));
            var anchor = scale.Percent(tick) switch { < 4 => "start", > 96 => "end", _ => "middle" };
            html.Element(
                "text", TimeScale.Label(tick, step), ("x", x), ("y", Text(height - 7)), ("text-anchor", anchor),
                ("class", TimeScale.IsMinor(i) ? "minor" : null));
        }
    }

    private static void WriteBar(HtmlWriter html, Lifetime lifetime, TimeScale scale, int top, long nowUnixUs)
    {
        var end = LifetimeStates.End(lifetime, nowUnixUs);
        var name = LifetimeStates.Instance(lifetime.InstanceId, lifetime.HostName);
        using (html.In("a", ("href", Link.Lifetime(lifetime.Id.ToString()))))
        {
            html.Element("title", string.Create(
                CultureInfo.InvariantCulture,
                $"{name}: {LifetimeStates.Name(lifetime.State)}, {Show.Duration(end - lifetime.StartUnixUs)} from {Show.Exactly(lifetime.StartUnixUs)}"));
            var css = LifetimeStates.Css(lifetime.State);
            if (lifetime.State is LifetimeState.Silent or LifetimeState.AgentStopped)
            {
                WriteSilence(html, scale, end, nowUnixUs, top);
            }

            var bar = (From: scale.Percent(lifetime.StartUnixUs), To: scale.Percent(end));
            WriteRect(html, "life st-" + css, bar, top, null);
            if (lifetime.State is LifetimeState.Silent or LifetimeState.Replaced or LifetimeState.AgentStopped)
            {
                WriteRect(html, "pattern", bar, top, $"url(#pattern-{css})");
            }
        }

        foreach (var crash in lifetime.Crashes.Where(crash => crash.AtUnixUs >= scale.StartUnixUs && crash.AtUnixUs <= scale.EndUnixUs))
        {
            WriteCrash(html, crash, scale, top);
        }
    }

    // What is not known any more: a dotted line from the last proof of life on.
    private static void WriteSilence(HtmlWriter html, TimeScale scale, long from, long nowUnixUs, int top) => html.Element(
        "line", null, ("class", "silence"), ("x1", Percent(scale.Percent(from))), ("x2", Percent(scale.Percent(nowUnixUs))),
        ("y1", Text(top + (RowHeight / 2))), ("y2", Text(top + (RowHeight / 2))));

    private static void WriteCrash(HtmlWriter html, LifetimeCrash crash, TimeScale scale, int top)
    {
        using (html.In("svg", ("x", Percent(scale.Percent(crash.AtUnixUs))), ("y", Text(top + (RowHeight / 2))), ("class", "crash")))
        using (html.In("a", ("href", Link.Lifetime(crash.Lifetime.ToString()) + "#crashes")))
        {
            html.Element("title", $"Crash: {crash.Title}, {Show.Exactly(crash.AtUnixUs)}");
            html.Element("path", null, ("d", "M0 -8 L7 6 L-7 6 Z"));
        }
    }

    private static void WriteRect(HtmlWriter html, string css, (double From, double To) bar, int top, string? fill) => html.Element(
        "rect", null, ("class", css), ("x", Percent(bar.From)), ("width", Percent(Math.Max(0.25, bar.To - bar.From))),
        ("y", Text(top + 5)), ("height", Text(RowHeight - 10)), ("rx", "3"), ("fill", fill));

    // States differ in pattern as well as in colour, for those who do not see the colours.
    private static void WritePatterns(HtmlWriter html)
    {
        using (html.In("defs"))
        {
            WritePattern(html, "pattern-silent", "M0 8 L8 0 M-2 2 L2 -2 M6 10 L10 6");
            WritePattern(html, "pattern-replaced", "M0 0 L8 8 M-2 6 L2 10 M6 -2 L10 2");
            WritePattern(html, "pattern-stopped", "M4 0 L4 8");
        }
    }

    private static void WritePattern(HtmlWriter html, string id, string path)
    {
        using (html.In("pattern", ("id", id), ("width", "8"), ("height", "8"), ("patternUnits", "userSpaceOnUse")))
        {
            html.Element("path", null, ("d", path), ("class", "hatch"));
        }
    }

    private static string Percent(double value) => value.ToString("0.###", CultureInfo.InvariantCulture) + "%";

    private static string Text(int value) => value.ToString(CultureInfo.InvariantCulture);

    private sealed record GanttRow(string Name, Lifetime? Lifetime, bool IsFirst);
}
