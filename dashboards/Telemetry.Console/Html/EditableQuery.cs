using System.Globalization;
using System.Text;

namespace Telemetry.Console.Html;

/// <summary>
/// A query for an input field: characters that a browser would drop, or that would reorder what is seen, as the <c>\uXXXX</c> that
/// means the same in the language.
/// </summary>
internal static class EditableQuery
{
    public static string Of(string query)
    {
        if (query.AsSpan().IndexOfAny(VisibleCharacter.All + "\n\t") < 0)
        {
            return query;
        }

        var text = new StringBuilder(query.Length + 16);
        foreach (var c in query)
        {
            if (c is '\n' or '\t' or '\r')
            {
                text.Append(' ');
            }
            else if (VisibleCharacter.All.Contains(c, StringComparison.Ordinal))
            {
                text.Append(CultureInfo.InvariantCulture, $"\\u{(int)c:x4}");
            }
            else
            {
                text.Append(c);
            }
        }

        return text.ToString();
    }
}
