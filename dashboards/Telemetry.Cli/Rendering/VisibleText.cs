using System.Globalization;
using System.Text;

namespace Telemetry.Cli.Rendering;

/// <summary>
/// Makes what would steer a terminal visible: control characters become their pictures (ESC is ␛), and what changes the
/// direction or breaks a line out of sight becomes its code. A log line is data, not a program for the reader's screen.
/// </summary>
internal static class VisibleText
{
    /// <summary>One line: line feeds are made visible as well.</summary>
    public static string Of(string text) => Of(text, keepLineFeeds: false);

    /// <summary>As it stands, over several lines where it has them.</summary>
    public static string OfLines(string text) => Of(text, keepLineFeeds: true);

    private static string Of(string text, bool keepLineFeeds)
    {
        if (!text.AsSpan().ContainsAnyExceptInRange(' ', '~'))
        {
            return text;
        }

        var visible = new StringBuilder(text.Length + 16);
        foreach (var character in text)
        {
            Append(visible, character, keepLineFeeds);
        }

        return visible.ToString();
    }

    private static void Append(StringBuilder visible, char character, bool keepLineFeeds)
    {
        switch (character)
        {
            case '\n' when keepLineFeeds:
            case '\t':
                visible.Append(character);
                break;
            case < ' ':
                visible.Append((char)('\u2400' + character));
                break;
            case '\u007f':
                visible.Append('\u2421');
                break;
            case >= '\u0080' and <= '\u009f':
            case '\u2028' or '\u2029':
            case var _ when CharUnicodeInfo.GetUnicodeCategory(character) == UnicodeCategory.Format:
                visible.Append(CultureInfo.InvariantCulture, $"\\u{(int)character:x4}");
                break;
            default:
                visible.Append(character);
                break;
        }
    }
}
