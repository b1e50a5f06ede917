using Telemetry.Console.Html;

namespace Telemetry.Console.Pages;

/// <summary>The query box with its time ranges.</summary>
internal static class SearchForm
{
    private static readonly (string Since, string Name)[] Ranges =
    [
        ("15m", "15 min"), ("1h", "1 h"), ("6h", "6 h"), ("24h", "24 h"), ("7d", "7 d"), (SearchState.All, "all"),
    ];

    private static readonly (string Query, string Meaning)[] Examples =
    [
        ("log.level : (error or fatal)", "what went wrong"),
        ("\"connection refused\"", "a phrase in any message"),
        ("http.response.status_code >= 500", "numbers compare"),
        ("host.name : web-* and not service.name : api", "wildcards, and, or, not"),
        ("crash.id : *", "crashes: the field exists"),
    ];

    public static void Write(HtmlWriter html, SearchState state, Action<HtmlWriter>? problem = null)
    {
        using (html.In("form", ("class", "search"), ("action", "/"), ("method", "get"), ("role", "search")))
        {
            using (html.In("div", ("class", "query")))
            {
                html.Element("label", "Query", ("for", "q"), ("class", "hidden"));
                html.Void(
                    "input", ("id", "q"), ("name", "q"), ("type", "search"), ("value", EditableQuery.Of(state.Query)),
                    ("placeholder", "log.level : error and \"connection refused\""), ("autocomplete", "off"),
                    ("autocapitalize", "none"), ("spellcheck", "false"), ("autofocus", state.Query.Length == 0 ? "" : null),
                    ("aria-invalid", problem is null ? null : "true"));
                html.Element("button", "Search", ("type", "submit"));
            }

            problem?.Invoke(html);
            WriteRange(html, state);
        }
    }

    public static void WriteExamples(HtmlWriter html)
    {
        using (html.In("section", ("class", "examples")))
        {
            html.Element("h2", "How queries are written");
            using (html.In("dl"))
            {
                foreach (var (query, meaning) in Examples)
                {
                    using (html.In("dt"))
                    {
                        html.Element("a", query, ("href", Link.Search(query)));
                    }

                    html.Element("dd", meaning);
                }
            }
        }
    }

    private static void WriteRange(HtmlWriter html, SearchState state)
    {
        using (html.In("div", ("class", "range")))
        {
            using (html.In("div", ("class", "presets"), ("role", "group"), ("aria-label", "Time range")))
            {
                foreach (var (since, name) in Ranges)
                {
                    html.Element(
                        "a", name, ("href", state.Over(since)),
                        ("aria-current", state.UntilText is null && state.Since == since ? "true" : null));
                }
            }

            WriteTime(html, "since", "From", state.Since);
            WriteTime(html, "until", "to", state.UntilText ?? "");
            html.Element("button", "Apply", ("type", "submit"), ("class", "quiet"));
        }
    }

    private static void WriteTime(HtmlWriter html, string name, string label, string value)
    {
        using (html.In("span", ("class", "time")))
        {
            html.Element("label", label, ("for", name));
            html.Void(
                "input", ("id", name), ("name", name), ("value", value), ("type", "text"), ("size", "24"), ("autocomplete", "off"),
                ("placeholder", name == "since" ? "1h or 2026-11-22T10:05:00Z" : "now"), ("spellcheck", "false"),
                ("title", "15m, 1h, 7d, now-1h, a date, or RFC 3339 with a zone; UTC"));
        }
    }
}
