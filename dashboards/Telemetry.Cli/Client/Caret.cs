using System.Globalization;
using System.Text;
using Telemetry.Cli.Rendering;

namespace Telemetry.Cli.Client;

/// <summary>Points at a place in a query.</summary>
internal static class Caret
{
    /// <summary>The query in one line and, below, a caret under <paramref name="position"/>, UTF-16 units from 0.</summary>
    public static IEnumerable<string> Under(string query, int position)
    {
        var before = VisibleText.Of(query[..Math.Clamp(position, 0, query.Length)]);
        yield return $"  {VisibleText.Of(query)}";
        yield return $"  {new string(' ', Columns(before))}^";
    }

    private static int Columns(string text)
    {
        var columns = 0;
        foreach (var rune in text.EnumerateRunes())
        {
            columns += Rune.GetUnicodeCategory(rune) switch
            {
                UnicodeCategory.NonSpacingMark or UnicodeCategory.EnclosingMark => 0,
                _ => rune.Value >= 0x1100 && IsWide(rune.Value) ? 2 : 1,
            };
        }

        return columns;
    }

    // The blocks that terminals draw two cells wide (Unicode Standard Annex 11: W and F), coarsely.
    private static bool IsWide(int value) =>
        value is <= 0x115f or (>= 0x2e80 and <= 0xa4cf) or (>= 0xac00 and <= 0xd7a3) or (>= 0xf900 and <= 0xfaff)
            or (>= 0xff00 and <= 0xff60) or (>= 0x1f300 and <= 0x1faff) or (>= 0x20000 and <= 0x3fffd);
}
