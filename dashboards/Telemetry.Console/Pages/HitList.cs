using Telemetry.Console.Html;
using Telemetry.Query;
using Telemetry.Store;
using Telemetry.Wire;

namespace Telemetry.Console.Pages;

/// <summary>Documents as dense rows that open; no script is needed.</summary>
internal static class HitList
{
    /// <summary>Characters of one value that a page shows; the rest is in the JSON.</summary>
    private const int MaxValueChars = 16 * 1024;

    private const int MaxFilterChars = 200;

    /// <param name="html">Where to write.</param>
    /// <param name="documents">In the order in which they are shown.</param>
    /// <param name="state">The search that links narrow.</param>
    /// <param name="current">The document that is marked and open; null is none.</param>
    public static void Write(
        HtmlWriter html, IReadOnlyList<StoredDocument> documents, SearchState state, DocumentId? current = null)
    {
        using (html.In("div", ("class", "hits")))
        {
            var day = "";
            foreach (var document in documents)
            {
                if (Show.Day(document.TimestampUnixUs) is var today && today != day)
                {
                    html.Element("h2", today + " · UTC", ("class", "day"));
                    day = today;
                }

                WriteHit(html, document, state, document.Id == current);
            }
        }
    }

    private static void WriteHit(HtmlWriter html, StoredDocument document, SearchState state, bool isCurrent)
    {
        var summary = HitSummary.Of(document);
        using (html.In(
            "details", ("class", $"hit lvl-{LogLevel.Of(summary.Level).Css}{(isCurrent ? " current" : "")}"),
            ("id", isCurrent ? "current" : null), ("open", isCurrent ? "" : null)))
        {
            using (html.In("summary"))
            {
                Show.Time(html, document.TimestampUnixUs, Show.Clock(document.TimestampUnixUs), "at");
                using (html.In("span", ("class", "level")))
                {
                    html.LogText(summary.Level);
                }

                using (html.In("span", ("class", "source"), ("title", summary.Source)))
                {
                    html.LogText(summary.Source);
                }

                using (html.In("span", ("class", "message")))
                {
                    if (summary.Badge.Length > 0)
                    {
                        html.Element("b", summary.Badge, ("class", "badge"));
                    }

                    html.LogText(summary.FirstLine);
                    if (summary.MoreLines > 0)
                    {
                        html.Element("i", $"+{summary.MoreLines} lines", ("class", "more"));
                    }
                }
            }

            WriteBody(html, document, state, summary);
        }
    }

    private static void WriteBody(HtmlWriter html, StoredDocument document, SearchState state, HitSummary summary)
    {
        using (html.In("div", ("class", "body")))
        {
            var id = document.Id.ToString();
            using (html.In("p", ("class", "actions")))
            {
                html.Element("a", "Context", ("class", "button"), ("href", Link.Context(id) + "#current"));
                html.Element("a", "Lifetime", ("class", "button"), ("href", Link.Lifetime(document.Record.Lifetime.ToString())));
                html.Element("a", "JSON", ("class", "button"), ("href", Link.To("/api/v1/context", ("id", id), ("before", "0"), ("after", "0"))));
            }

            if (summary.MoreLines > 0 || summary.Message.Length > 160)
            {
                WriteBlock(html, summary.Message);
            }

            if (document.Text(Fields.ErrorStackTrace) is { } trace && trace != summary.Message)
            {
                WriteBlock(html, trace);
            }

            WriteFields(html, document, state, id);
        }
    }

    private static void WriteBlock(HtmlWriter html, string text)
    {
        using (html.In("pre", ("class", "text"), ("dir", "auto")))
        {
            html.LogText(Shortened(text, out var rest));
            WriteRest(html, rest);
        }
    }

    private static void WriteFields(HtmlWriter html, StoredDocument document, SearchState state, string id)
    {
        using (html.In("table", ("class", "fields")))
        {
            WriteField(html, state, "@timestamp", Rfc3339.Format(document.TimestampUnixUs));
            WriteField(html, null, "_id", id);
            foreach (var (name, value) in document.Fields)
            {
                foreach (var item in value is IReadOnlyList<object> list ? list : [value])
                {
                    WriteField(html, state, name, FieldText.Of(item));
                }
            }
        }
    }

    private static void WriteField(HtmlWriter html, SearchState? state, string name, string value)
    {
        using (html.In("tr"))
        {
            using (html.In("th", ("scope", "row")))
            {
                html.LogText(name);
            }

            using (html.In("td", ("class", "filters")))
            {
                if (state is not null && value.Length <= MaxFilterChars && Fields.TypeOf(name) != FieldType.Text)
                {
                    var term = new FieldMatches(name, new KqlValue(value, true, null));
                    html.Element(
                        "a", "+", ("href", state.With(Link.Narrow(state.Query, term))), ("title", "Only this value"),
                        ("aria-label", $"Only {name} {value}"));
                    html.Element(
                        "a", "−", ("href", state.With(Link.Narrow(state.Query, new Not(term)))), ("title", "Without this value"),
                        ("aria-label", $"Without {name} {value}"));
                }
            }

            using (html.In("td", ("class", "value"), ("dir", "auto")))
            {
                html.LogText(Shortened(value, out var rest));
                WriteRest(html, rest);
            }
        }
    }

    private static ReadOnlySpan<char> Shortened(string text, out int rest)
    {
        rest = Math.Max(0, text.Length - MaxValueChars);
        return text.AsSpan(0, text.Length - rest);
    }

    private static void WriteRest(HtmlWriter html, int rest)
    {
        if (rest > 0)
        {
            html.Element("i", $" … {Show.Number(rest)} more characters in the JSON", ("class", "more"));
        }
    }
}
