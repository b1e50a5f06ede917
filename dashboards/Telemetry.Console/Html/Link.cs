using System.Text;
using Telemetry.Query;

namespace Telemetry.Console.Html;

/// <summary>Addresses within the console. Every value is percent-encoded.</summary>
internal static class Link
{
    public static string To(string path, params ReadOnlySpan<(string Name, string? Value)> parameters)
    {
        var url = new StringBuilder(path);
        var separator = '?';
        foreach (var (name, value) in parameters)
        {
            if (!string.IsNullOrEmpty(value))
            {
                url.Append(separator).Append(name).Append('=').Append(Uri.EscapeDataString(value));
                separator = '&';
            }
        }

        return url.ToString();
    }

    public static string Search(string query, string? since = null, string? until = null) =>
        To("/", ("q", query), ("since", since), ("until", until));

    public static string Lifetime(string id) => To($"/lifetimes/{Uri.EscapeDataString(id)}");

    public static string Context(string documentId) => To("/context", ("id", documentId));

    /// <summary>The query narrowed by a term: what is typed stays as it is typed.</summary>
    public static string Narrow(string query, KqlNode term)
    {
        var narrowed = KqlPrinter.Print(term);
        return KqlParser.TryParse(query, out var node, out _)
            ? node switch
            {
                MatchAll => narrowed,
                AnyOf => $"({query.Trim()}) and {narrowed}",
                _ => $"{query.Trim()} and {narrowed}",
            }
            : narrowed;
    }
}
