namespace Telemetry.Indexer.Parsing;

/// <summary>
/// Abbreviations of zones that mean one offset nearly everywhere. Others (IST, CST of China) are left to the host's zone.
/// </summary>
internal static class ZoneNames
{
    private const long MinuteUs = 60_000_000;

    /// <summary>Offset in microseconds of the abbreviation at <paramref name="start"/>, and moves past it; null when none.</summary>
    public static long? Read(ReadOnlySpan<byte> s, int start, ref int at)
    {
        var end = start;
        while (end < s.Length && end - start < 5 && (uint)(s[end] - 'A') <= 25)
        {
            end++;
        }

        if (end - start is < 3 or > 4 || (end < s.Length && s[end] is not ((byte)' ' or (byte)']' or (byte)',' or (byte)':')))
        {
            return null;
        }

        if (Minutes(s[start..end]) is not { } minutes)
        {
            return null;
        }

        at = end;
        return minutes * MinuteUs;
    }

    private static int? Minutes(ReadOnlySpan<byte> name) =>
        name.SequenceEqual("UTC"u8) || name.SequenceEqual("GMT"u8) || name.SequenceEqual("WET"u8) ? 0
        : name.SequenceEqual("CET"u8) || name.SequenceEqual("BST"u8) || name.SequenceEqual("WEST"u8) ? 60
        : name.SequenceEqual("CEST"u8) || name.SequenceEqual("EET"u8) ? 120
        : name.SequenceEqual("EEST"u8) || name.SequenceEqual("MSK"u8) ? 180
        : name.SequenceEqual("JST"u8) ? 540
        : name.SequenceEqual("EDT"u8) ? -240
        : name.SequenceEqual("EST"u8) || name.SequenceEqual("CDT"u8) ? -300
        : name.SequenceEqual("CST"u8) || name.SequenceEqual("MDT"u8) ? -360
        : name.SequenceEqual("MST"u8) || name.SequenceEqual("PDT"u8) ? -420
        : name.SequenceEqual("PST"u8) ? -480
        : null;
}
