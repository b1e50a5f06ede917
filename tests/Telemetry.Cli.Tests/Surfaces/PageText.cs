using System.Net;
using System.Text.RegularExpressions;

namespace Telemetry.Cli.Tests.Surfaces;

/// <summary>A page as it is read: its title, and below it a line for each block of text. Tables of all fields are left out.</summary>
internal static partial class PageText
{
    public static string Of(string html)
    {
        var main = Fields().Replace(html[html.IndexOf("<main", StringComparison.Ordinal)..], "");
        var text = WebUtility.HtmlDecode(Tag().Replace(Block().Replace(main, "\n"), " "));
        var lines = text.Split('\n').Select(line => Blanks().Replace(line, " ").Trim()).Where(line => line.Length > 0);
        return string.Join('\n', lines.Prepend(Title().Match(html).Groups[1].Value));
    }

    [GeneratedRegex("<title>(.*?)</title>")]
    private static partial Regex Title();

    [GeneratedRegex("<table class=\"fields\">.*?</table>", RegexOptions.Singleline)]
    private static partial Regex Fields();

    [GeneratedRegex("</?(article|details|div|dl|figure|form|h\\d|header|li|main|nav|p|pre|section|summary|svg|table|tr|ul)\\b[^>]*>")]
    private static partial Regex Block();

    [GeneratedRegex("<[^>]*>")]
    private static partial Regex Tag();

    [GeneratedRegex("[ \t\r]+")]
    private static partial Regex Blanks();
}
