using System.Globalization;

namespace Telemetry.Console.Html;

/// <summary>
/// Characters that a page must not act on: C0 and C1 controls (terminal escapes start with one), and the invisible ones that
/// reorder or hide text (CVE-2021-42574). Joiners of scripts and emoji stay.
/// </summary>
internal static class VisibleCharacter
{
    // ISO 646.
    private static readonly string[] ControlNames =
    [
        "NUL", "SOH", "STX", "ETX", "EOT", "ENQ", "ACK", "BEL", "BS", "HT", "LF", "VT", "FF", "CR", "SO", "SI",
        "DLE", "DC1", "DC2", "DC3", "DC4", "NAK", "SYN", "ETB", "CAN", "EM", "SUB", "ESC", "FS", "GS", "RS", "US",
    ];

    /// <summary>All of them; line feed and tab are layout and not among them.</summary>
    public static readonly string All = string.Concat(Candidates().Select(code => (char)code));

    /// <summary>What is shown instead: ␛ for escape, ‹U+202E› for what has no picture.</summary>
    public static string Of(char c) => c switch
    {
        < ' ' => ((char)(0x2400 + c)).ToString(),
        '\u007f' => "\u2421",
        _ => $"‹{Code(c)}›",
    };

    /// <summary>"ESC"; "U+202E" for what has no such name.</summary>
    public static string Name(char c) => c < ControlNames.Length ? ControlNames[c] : c == '\u007f' ? "DEL" : Code(c);

    /// <summary>"U+001B".</summary>
    public static string Code(char c) => string.Create(CultureInfo.InvariantCulture, $"U+{(int)c:X4}");

    private static IEnumerable<int> Candidates() =>
    [
        .. Enumerable.Range(0, 0x20).Where(code => code is not ('\n' or '\t')),
        .. Enumerable.Range(0x7F, 0x21),
        0x00AD, 0x061C, 0x180E, 0x200B, 0x200E, 0x200F,
        .. Enumerable.Range(0x2028, 7),
        .. Enumerable.Range(0x2060, 16),
        0xFEFF, 0xFFF9, 0xFFFA, 0xFFFB,
    ];
}
