using Telemetry.Console.Html;

namespace Telemetry.Console.Pages;

/// <summary>A box for what is empty or went wrong: what it is, why, and what to do next.</summary>
internal static class Notice
{
    public static void Write(
        HtmlWriter html, string title, string text, params ReadOnlySpan<(string Text, string Href)> links)
    {
        using (html.In("section", ("class", "notice")))
        {
            html.Element("h2", title);
            html.Element("p", text);
            if (links.Length == 0)
            {
                return;
            }

            using (html.In("p", ("class", "actions")))
            {
                foreach (var (label, href) in links)
                {
                    html.Element("a", label, ("class", "button"), ("href", href));
                }
            }
        }
    }

    /// <summary>Says what an answer lacks; nothing when it is complete.</summary>
    public static void WriteIncomplete(HtmlWriter html, IReadOnlyList<string> reasons)
    {
        if (reasons.Count > 0)
        {
            Write(html, "Something is missing here", $"A part of the store cannot be read: {string.Join("; ", reasons)}.");
        }
    }

    /// <summary>With commands to type.</summary>
    public static void WriteCommands(HtmlWriter html, string title, string text, params ReadOnlySpan<string> commands)
    {
        using (html.In("section", ("class", "notice")))
        {
            html.Element("h2", title);
            html.Element("p", text);
            using (html.In("pre", ("class", "commands")))
            {
                foreach (var command in commands)
                {
                    html.Element("code", command);
                    html.Text("\n");
                }
            }
        }
    }
}
