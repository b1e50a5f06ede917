using Telemetry.Console.Api;
using Telemetry.Console.Html;
using Telemetry.Query;
using Telemetry.Store;

namespace Telemetry.Console.Pages;

/// <summary><c>/</c>: query, histogram, hits.</summary>
internal sealed class SearchPage(ConsoleServices services) : IPage
{
    private const int PageHits = 100;

    public async Task<PageView> ViewAsync(PageRequest request)
    {
        var text = request.Parameters.QueryText;
        SearchState state;
        try
        {
            state = SearchState.Read(request.Parameters);
        }
        catch (BadRequestException e)
        {
            var asked = new SearchState(text, request.Parameters.Text("since"), request.Parameters.Text("until"));
            return Refused(asked, html => html.Element("p", e.Problem.Error, ("class", "problem"), ("role", "alert")));
        }

        var (query, error) = await TypedQuery.ParseAsync(text, services.Documents, request.Cancel);
        if (error is not null || query is null)
        {
            return Refused(state, html => WriteSyntaxError(html, text, error!));
        }

        var cursor = request.Parameters.Text("cursor");
        var (result, histogram) = await AskAsync(state, query, cursor, request.Cancel);
        var everything = result.Total == 0
            ? (await services.Documents.SearchAsync(new SearchRequest(query, Limit: 0), request.Cancel)).Total
            : result.Total;
        return new PageView(text.Length == 0 ? "Search" : text, "/", html =>
        {
            SearchForm.Write(html, state);
            Notice.WriteIncomplete(html, [.. result.Incomplete.Union(histogram.Incomplete)]);
            if (result.Total == 0)
            {
                WriteNothing(html, state, everything);
                return;
            }

            HistogramPicture.Write(html, histogram, state);
            WriteHits(html, state, result, isFirst: cursor is null);
        });
    }

    private async Task<(SearchResult Result, Histogram Histogram)> AskAsync(
        SearchState state, KqlNode query, string? cursor, CancellationToken cancel)
    {
        var hits = services.Documents.SearchOrRefuseAsync(
            new SearchRequest(query, state.SinceUnixUs, state.UntilUnixUs, PageHits, cursor), cancel);
        var histogram = services.Documents.HistogramAsync(
            new HistogramRequest(query, state.SinceUnixUs, state.UntilUnixUs), cancel).AsTask();
        await Task.WhenAll(hits, histogram);
        return (await hits, await histogram);
    }

    private static PageView Refused(SearchState state, Action<HtmlWriter> problem) => new("Search", "/", html =>
    {
        SearchForm.Write(html, state, problem);
        SearchForm.WriteExamples(html);
    })
    {
        Status = 400,
    };

    private static void WriteSyntaxError(HtmlWriter html, string text, KqlSyntaxError error)
    {
        using (html.In("div", ("class", "problem"), ("role", "alert")))
        {
            html.Element("pre", error.Point(text));
            using (html.In("p"))
            {
                html.Element("strong", error.Message);
                html.Text($" Expected {error.Expected}.");
            }
        }
    }

    private static void WriteNothing(HtmlWriter html, SearchState state, long everything)
    {
        if (everything > 0)
        {
            Notice.Write(
                html, "Nothing in this range",
                $"{Show.Plural(everything, "document matches", "documents match")} in all time.",
                ("Search all time", state.Over(SearchState.All)));
        }
        else if (state.Query.Length > 0)
        {
            Notice.Write(
                html, "Nothing matches",
                "No stored document matches this query in any range. A word in quotation marks is searched in messages; a field "
                + "such as service.name is compared exactly, in upper and lower case.",
                ("Show everything", Link.Search("", SearchState.All)));
        }
        else
        {
            Notice.WriteCommands(
                html, "Nothing is stored yet", "Send the first line, or watch a fleet live and die:",
                "echo 'hello autopsy' | telemetry-shipper pipe", "./build up -- --watch '/var/log/*.log'", "./build up -- --demo");
        }
    }

    private static void WriteHits(HtmlWriter html, SearchState state, SearchResult result, bool isFirst)
    {
        using (html.In("div", ("class", "found")))
        {
            html.Element("strong", Show.Plural(result.Total, "document", "documents"));
            html.Element("span", isFirst ? "newest first" : "an older page", ("class", "dim"));
            html.Element("a", "Follow live", ("href", Link.To("/tail", ("q", state.Query))));
            html.Element("a", "JSON", ("href", Link.To(
                "/api/v1/search", ("q", state.Query), ("since", state.SinceText == SearchState.All ? null : state.SinceText),
                ("until", state.UntilText))));
        }

        HitList.Write(html, result.Hits, state);
        using (html.In("nav", ("class", "paging"), ("aria-label", "Pages")))
        {
            if (!isFirst)
            {
                html.Element("a", "← Newest", ("class", "button"), ("href", state.Over(state.Since, state.UntilText)));
            }

            if (result.Next is not null)
            {
                html.Element("a", "Older →", ("class", "button"), ("href", state.Next(result.Next)), ("rel", "next"));
            }
        }
    }
}
