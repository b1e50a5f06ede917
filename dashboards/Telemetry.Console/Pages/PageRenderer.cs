using Microsoft.AspNetCore.Http;
using Telemetry.Console.Api;
using Telemetry.Console.Html;

namespace Telemetry.Console.Pages;

/// <summary>Writes a page with its frame: head, navigation, clock.</summary>
internal static class PageRenderer
{
    private static readonly (string Path, string Name)[] Sections =
        [("/", "Search"), ("/tail", "Tail"), ("/lifetimes", "Lifetimes"), ("/crashes", "Crashes")];

    public static async Task AnswerAsync(HttpContext context, IPage page, TimeProvider time)
    {
        var request = new PageRequest(context, new RequestParameters(context.Request, time));
        var view = await page.ViewAsync(request);
        context.Response.StatusCode = view.Status;
        context.Response.ContentType = "text/html; charset=utf-8";
        Write(new HtmlWriter(context.Response.BodyWriter), view, request.NowUnixUs);
        await context.Response.BodyWriter.FlushAsync(context.RequestAborted);
    }

    private static void Write(HtmlWriter html, PageView view, long nowUnixUs)
    {
        html.Doctype();
        using (html.In("html", ("lang", "en")))
        {
            WriteHead(html, view);
            using (html.In("body"))
            {
                html.Element("a", "Skip to content", ("class", "skip"), ("href", "#main"));
                WriteNavigation(html, view, nowUnixUs);
                using (html.In("main", ("id", "main")))
                {
                    view.Body(html);
                }
            }
        }
    }

    private static void WriteHead(HtmlWriter html, PageView view)
    {
        using (html.In("head"))
        {
            html.Void("meta", ("charset", "utf-8"));
            html.Void("meta", ("name", "viewport"), ("content", "width=device-width, initial-scale=1"));
            html.Void("meta", ("name", "color-scheme"), ("content", "light dark"));
            html.Element("title", view.Title + " · telemetry");
            html.Void("link", ("rel", "icon"), ("href", ConsoleAssets.Icon.Path));
            html.Void("link", ("rel", "stylesheet"), ("href", ConsoleAssets.Style.Path));
            if (view.Script is not null)
            {
                html.Element("script", null, ("src", view.Script.Path), ("defer", ""));
            }
        }
    }

    private static void WriteNavigation(HtmlWriter html, PageView view, long nowUnixUs)
    {
        using (html.In("header", ("class", "bar")))
        {
            using (html.In("a", ("class", "brand"), ("href", "/")))
            {
                html.Element("span", null, ("class", "pulse"), ("aria-hidden", "true"));
                html.Text("telemetry");
            }

            using (html.In("nav", ("aria-label", "Sections")))
            {
                foreach (var (path, name) in Sections)
                {
                    html.Element("a", name, ("href", path), ("aria-current", view.Section == path ? "page" : null));
                }
            }

            Show.Time(html, nowUnixUs, Show.Moment(nowUnixUs) + " UTC", "clock");
        }
    }
}
