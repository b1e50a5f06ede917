using System.Diagnostics.CodeAnalysis;

namespace Telemetry.Query;

/// <summary>
/// A point in time on a command line or in a URL: absolute with a zone ("2026-11-22T10:05:00Z", "…+01:00"), a date ("2026-11-22",
/// its first moment in UTC), "now", "now-1h", "now/d", or an age ("15m", "1h", "7d").
/// </summary>
public static class TimeExpression
{
    /// <summary>
    /// Parses to microseconds since the Unix epoch. When it is none, <paramref name="error"/> is one sentence that says what
    /// is possible. Does not throw.
    /// </summary>
    public static bool TryParse(string text, long nowUnixUs, out long unixUs, [NotNullWhen(false)] out string? error)
    {
        ArgumentNullException.ThrowIfNull(text);
        unixUs = 0;
        error = null;
        var trimmed = text.Trim();
        if (DateLiteral.TryStep($"-{trimmed}", DateLiteral.FromUnixUs(nowUnixUs), out var past))
        {
            unixUs = DateLiteral.ToUnixUs(past);
            return true;
        }

        if (!DateLiteral.TryParse(trimmed, nowUnixUs, out var date))
        {
            error = $"'{Shown(trimmed)}' is no time; write 15m, 1h, 7d, now-1h, 2026-11-22 or 2026-11-22T10:05:00Z.";
            return false;
        }

        if (!date.HasZone)
        {
            error = $"'{Shown(trimmed)}' has no zone; add Z for UTC or an offset such as +01:00.";
            return false;
        }

        unixUs = date.StartUnixUs;
        return true;
    }

    private static string Shown(string text) => text.Length <= 60 ? text : text[..60] + "…";
}
