using Telemetry.Console.Api;
using Telemetry.Console.Html;

namespace Telemetry.Console.Pages;

/// <summary><c>/tail?q=</c>: the last that match, then what arrives, as it arrives. The one page with a script.</summary>
internal sealed class TailPage(ConsoleServices services) : IPage
{
    public async Task<PageView> ViewAsync(PageRequest request)
    {
        var text = request.Parameters.QueryText;
        var error = (await TypedQuery.ParseAsync(text, services.Documents, request.Cancel)).Error;
        var isQuery = error is null;
        return new PageView("Tail", "/tail", html =>
        {
            using (html.In("form", ("class", "search"), ("action", "/tail"), ("method", "get"), ("role", "search")))
            {
                using (html.In("div", ("class", "query")))
                {
                    html.Element("label", "Query", ("for", "q"), ("class", "hidden"));
                    html.Void(
                        "input", ("id", "q"), ("name", "q"), ("type", "search"), ("value", EditableQuery.Of(text)),
                        ("placeholder", "everything that arrives"), ("autocomplete", "off"), ("spellcheck", "false"));
                    html.Element("button", "Follow", ("type", "submit"));
                }

                if (error is not null)
                {
                    using (html.In("div", ("class", "problem"), ("role", "alert")))
                    {
                        html.Element("pre", error.Point(text));
                        html.Element("p", $"{error.Message} Expected {error.Expected}.");
                    }
                }
            }

            using (html.In("noscript"))
            {
                Notice.Write(
                    html, "The live tail needs JavaScript",
                    "It is the only page that does. On a terminal the same is: telemetry search QUERY --follow.",
                    ("Search instead", Link.Search(text)));
            }

            if (isQuery)
            {
                WriteTail(html, text);
            }
        })
        {
            Status = isQuery ? 200 : 400,
            Script = isQuery ? ConsoleAssets.TailScript : null,
        };
    }

    private static void WriteTail(HtmlWriter html, string text)
    {
        using (html.In("section", ("id", "tail"), ("hidden", ""), ("data-source", Link.To("/api/v1/tail", ("q", text), ("last", "20")))))
        {
            using (html.In("div", ("class", "found")))
            {
                html.Element("span", "connecting", ("id", "state"), ("class", "state"), ("role", "status"));
                html.Element("span", "", ("id", "count"), ("class", "dim"));
                html.Element("button", "Pause", ("id", "pause"), ("type", "button"), ("class", "quiet"));
                html.Element("button", "Clear", ("id", "clear"), ("type", "button"), ("class", "quiet"));
                html.Element("a", "Search the same", ("href", Link.Search(text)));
            }

            html.Element(
                "div", null, ("id", "lines"), ("class", "hits live"), ("role", "log"), ("aria-live", "off"), ("tabindex", "0"),
                ("aria-label", "Arriving documents"));
            html.Element("p", "Waiting for the first document that matches …", ("id", "waiting"), ("class", "dim waiting"));
        }
    }
}
