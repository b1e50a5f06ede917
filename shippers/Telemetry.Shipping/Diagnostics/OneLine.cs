using System.Globalization;
using System.Text;

namespace Telemetry.Shipping.Diagnostics;

/// <summary>
/// Text whose control characters are escaped, so that a file's name or a trace can neither break a line of the log in two nor
/// move a terminal's cursor.
/// </summary>
internal static class OneLine
{
    public static string Of(string text)
    {
        if (!text.Any(char.IsControl))
        {
            return text;
        }

        var line = new StringBuilder(text.Length + 16);
        foreach (var c in text)
        {
            _ = c switch
            {
                '\n' => line.Append("\\n"),
                '\r' => line.Append("\\r"),
                '\t' => line.Append("\\t"),
                _ when char.IsControl(c) => line.Append(CultureInfo.InvariantCulture, $"\\x{(int)c:x2}"),
                _ => line.Append(c),
            };
        }

        return line.ToString();
    }
}
