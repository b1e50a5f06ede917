using Telemetry.Console.Html;

namespace Telemetry.Console.Pages;

/// <summary><c>/crashes</c>: crashes of all lifetimes, newest first.</summary>
internal sealed class CrashesPage(ConsoleServices services) : IPage
{
    private const int MaxRows = 200;

    public async Task<PageView> ViewAsync(PageRequest request)
    {
        var since = request.Parameters.Since;
        var until = request.Parameters.Until;
        var crashes = await services.Lifetimes.CrashesAsync(since, until, MaxRows + 1, request.Cancel);
        var shown = crashes.Take(MaxRows).ToList();
        var evidence = await CrashList.EvidenceAsync(services.Documents, null, request.Cancel);
        return new PageView("Crashes", "/crashes", html =>
        {
            using (html.In("header", ("class", "head")))
            {
                html.Element("h1", "Crashes");
                using (html.In("div", ("class", "presets"), ("role", "group"), ("aria-label", "Time range")))
                {
                    foreach (var range in (string?[])["1h", "24h", "7d", null])
                    {
                        html.Element(
                            "a", range ?? "all", ("href", Link.To("/crashes", ("since", range))),
                            ("aria-current", request.Parameters.Text("since") == range ? "true" : null));
                    }
                }
            }

            if (shown.Count == 0)
            {
                WriteNothing(html, since is not null || until is not null);
                return;
            }

            CrashList.Write(html, shown, evidence, request.NowUnixUs, isOpen: shown.Count == 1);
            if (crashes.Count > MaxRows)
            {
                html.Element("p", $"The newest {MaxRows} are shown.", ("class", "dim"));
            }
        });
    }

    private static void WriteNothing(HtmlWriter html, bool isNarrowed)
    {
        if (isNarrowed)
        {
            Notice.Write(html, "No crash in this range", "Nothing is known to have crashed then.", ("All crashes", "/crashes"));
        }
        else
        {
            Notice.WriteCommands(
                html, "No crash is known", "A process that the shipper runs reports its end; try one:",
                "telemetry-shipper exec -- sh -c 'echo about to fail >&2; kill -SEGV $$'");
        }
    }
}
