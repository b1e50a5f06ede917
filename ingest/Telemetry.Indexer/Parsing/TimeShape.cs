namespace Telemetry.Indexer.Parsing;

/// <summary>
/// Measures what is written like a date and a time of day, whether or not there is such a day and hour: <c>2026-02-30T25:00:00Z</c>.
/// </summary>
internal static class TimeShape
{
    /// <summary>Its length at the beginning of a text; 0 when there is none. Does not throw.</summary>
    public static int Measure(ReadOnlySpan<byte> text)
    {
        var at = 0;
        if (!TryDate(text, ref at) || at >= text.Length || text[at++] is not ((byte)'T' or (byte)' ' or (byte)'_')
            || !TryClock(text, ref at))
        {
            return 0;
        }

        SkipZone(text, ref at);
        return at == text.Length || !IsWordByte(text[at]) ? at : 0;
    }

    private static bool TryDate(ReadOnlySpan<byte> text, ref int at)
    {
        if (!TryDigits(text, ref at, 4) || at >= text.Length || text[at] is not ((byte)'-' or (byte)'/' or (byte)'.'))
        {
            return false;
        }

        var separator = text[at];
        return TrySkip(text, ref at, separator) && TryDigits(text, ref at, 2)
            && TrySkip(text, ref at, separator) && TryDigits(text, ref at, 4);
    }

    private static bool TryClock(ReadOnlySpan<byte> text, ref int at)
    {
        if (!TryDigits(text, ref at, 2) || !TrySkip(text, ref at, (byte)':') || !TryDigits(text, ref at, 2)
            || !TrySkip(text, ref at, (byte)':') || !TryDigits(text, ref at, 2))
        {
            return false;
        }

        var fraction = at;
        if ((TrySkip(text, ref fraction, (byte)'.') || TrySkip(text, ref fraction, (byte)',')) && TryDigits(text, ref fraction, 9))
        {
            at = fraction;
        }

        return true;
    }

    // Z, +02:00, +0200, +02
    private static void SkipZone(ReadOnlySpan<byte> text, ref int at)
    {
        if (TrySkip(text, ref at, (byte)'Z'))
        {
            return;
        }

        var zone = at;
        if ((TrySkip(text, ref zone, (byte)'+') || TrySkip(text, ref zone, (byte)'-')) && TryDigits(text, ref zone, 4))
        {
            at = zone;
            if (TrySkip(text, ref zone, (byte)':') && TryDigits(text, ref zone, 2))
            {
                at = zone;
            }
        }
    }

    private static bool TrySkip(ReadOnlySpan<byte> text, ref int at, byte expected)
    {
        var isThere = at < text.Length && text[at] == expected;
        at += isThere ? 1 : 0;
        return isThere;
    }

    private static bool TryDigits(ReadOnlySpan<byte> text, ref int at, int most)
    {
        var start = at;
        while (at < text.Length && at - start < most && (uint)(text[at] - '0') <= 9)
        {
            at++;
        }

        return at > start;
    }

    private static bool IsWordByte(byte c) => (uint)(c - '0') <= 9 || (uint)((c | 0x20) - 'a') <= 25 || c == '_';
}
