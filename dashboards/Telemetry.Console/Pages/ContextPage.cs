using Telemetry.Console.Api;
using Telemetry.Console.Html;
using Telemetry.Store;

namespace Telemetry.Console.Pages;

/// <summary><c>/context?id=</c>: a document among its neighbours in the same stream.</summary>
internal sealed class ContextPage(ConsoleServices services) : IPage
{
    public async Task<PageView> ViewAsync(PageRequest request)
    {
        var parameters = request.Parameters;
        var id = parameters.DocumentId("id");
        var before = parameters.Number("before", 25, 0, ContextEndpoint.MaxNeighbours);
        var after = parameters.Number("after", 25, 0, ContextEndpoint.MaxNeighbours);
        var documents = await services.Documents.ContextAsync(id, before, after, request.Cancel);
        if (documents.FirstOrDefault(document => document.Id == id) is not { } current)
        {
            return new PageView("Not found", "/", html =>
            {
                Notice.WriteIncomplete(html, documents.Incomplete);
                Notice.Write(
                    html, "This document is not stored",
                    "It may be older than the retention of the store, or the address is incomplete.", ("Search", "/"));
            })
            {
                Status = 404,
            };
        }

        return new PageView("Context", "/", html => Write(html, documents, current, (before, after)));
    }

    private static void Write(
        HtmlWriter html, StoredDocuments documents, StoredDocument current, (int Before, int After) sides)
    {
        var stream = current.Text(Fields.TelemetryStreamName) ?? current.Text(Fields.LogFilePath) ?? current.Record.Stream.ToString();
        using (html.In("header", ("class", "head")))
        {
            using (html.In("h1"))
            {
                html.Text("Context in ");
                html.Element("code", stream);
            }

            using (html.In("p", ("class", "dim")))
            {
                html.Text(current.Text(Fields.HostName) ?? current.Text(Fields.HostId) ?? "");
                html.Text($" · record {Show.Number(current.Record.Seq)} of epoch {current.Record.Epoch}, in the order of the stream");
            }

            using (html.In("p", ("class", "actions")))
            {
                var lifetime = current.Record.Lifetime.ToString();
                html.Element("a", "Lifetime", ("class", "button"), ("href", Link.Lifetime(lifetime)));
                html.Element("a", "More on both sides", ("class", "button"), ("href", More(current, sides)));
            }
        }

        Notice.WriteIncomplete(html, documents.Incomplete);
        Step(html, documents[0], current, "↑ Earlier in this stream");
        HitList.Write(html, documents, new SearchState("", SearchState.All, null), current.Id);
        Step(html, documents[^1], current, "↓ Later in this stream");
    }

    private static string More(StoredDocument current, (int Before, int After) sides)
    {
        static string Doubled(int count) => Math.Clamp(count * 2, 10, ContextEndpoint.MaxNeighbours).ToString(
            System.Globalization.CultureInfo.InvariantCulture);
        return Link.To(
            "/context", ("id", current.Id.ToString()), ("before", Doubled(sides.Before)), ("after", Doubled(sides.After))) + "#current";
    }

    private static void Step(HtmlWriter html, StoredDocument edge, StoredDocument current, string text)
    {
        if (edge.Id == current.Id)
        {
            return;
        }

        using (html.In("p", ("class", "paging")))
        {
            html.Element("a", text, ("class", "button"), ("href", Link.Context(edge.Id.ToString())));
        }
    }
}
