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

    /// <summary>JSON as it stands, but for what would steer a terminal: that can only be in a string, where its code means the same.</summary>
    public static string OfJson(string json)
    {
        if (!json.AsSpan().ContainsAnyExceptInRange(' ', '~'))
        {
            return json;
        }

        var escaped = new StringBuilder(json.Length + 16);
        foreach (var character in json)
        {
            _ = IsHidden(character) || character == '\u007f'
                ? escaped.Append(CultureInfo.InvariantCulture, $"\\u{(int)character:x4}")
                : escaped.Append(character);
        }

        return escaped.ToString();
    }

    private static bool IsHidden(char character) =>
        character is (>= '\u0080' and <= '\u009f') or '\u2028' or '\u2029'
        || CharUnicodeInfo.GetUnicodeCategory(character) == UnicodeCategory.Format;

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
            case var _ when IsHidden(character):
                visible.Append(CultureInfo.InvariantCulture, $"\\u{(int)character:x4}");
                break;
            default:
                visible.Append(character);
                break;
        }
    }
}
