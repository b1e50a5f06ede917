namespace Telemetry.Indexer.Parsing;

/// <summary>A time found at the beginning of a text.</summary>
/// <param name="Length">Bytes of the time with its zone.</param>
/// <param name="UnixUs">Microseconds since the Unix epoch.</param>
/// <param name="HasDate">False when only a time of day was written.</param>
/// <param name="IsSyslog">True for <c>Mon dd HH:mm:ss</c>, after which a host name is usual.</param>
internal readonly record struct TimeMatch(int Length, long UnixUs, bool HasDate, bool IsSyslog);

/// <summary>
/// Reads the usual spellings of time at the beginning of a text. One table of spellings, so one file:
/// <code>
/// 2005-06-03T15:42:50.675872Z   2005-06-03 15:42:50,675 +02:00   2005/06/03 15:42:50   2005-06-03-15.42.50.675872
/// 2005-06-03_15:42:50   20050603T154250Z   20171223-22:15:29:606   081109 203615   17/06/09 20:10:40
/// 03-17 16:13:38.811   10.30 16:49:06   03/06/2005 15:42:50   03.06.2005 15:42:50
/// 03/Jun/2005:15:42:50 +0200   03-Jun-2005 15:42:50.675   03 Jun 2005 15:42:50.675
/// Jun  3 15:42:50   Jun 03 2005 15:42:50   Jun 03, 2005 3:42:50 PM   Fri Jun 03 15:42:50 2005   Fri, 03 Jun 2005 15:42:50 GMT
/// 15:42:50.675   1117838570   1117838570.675   1117838570675
/// </code>
/// </summary>
internal static class TimeReader
{
    private const long SecondUs = 1_000_000;

    /// <summary>Finds a time at the beginning. False when there is none. Does not throw.</summary>
    public static bool TryRead(ReadOnlySpan<byte> text, in LineContext context, out TimeMatch match)
    {
        match = default;
        if (text.Length < 5)
        {
            return false;
        }

        return IsDigit(text[0]) ? TryReadDigits(text, context, out match)
            : IsLetter(text[0]) && TryReadWords(text, context, out match);
    }

    /// <summary>Microseconds since the epoch of a number of seconds, milliseconds, microseconds or nanoseconds by its size.</summary>
    public static bool TryReadEpoch(double number, out long unixUs)
    {
        var us = number switch
        {
            < 0 => double.NaN,
            < 1e11 => number * 1e6,
            < 1e14 => number * 1e3,
            < 1e17 => number,
            < 1e19 => number / 1e3,
            _ => double.NaN,
        };
        unixUs = double.IsNaN(us) ? 0 : (long)Math.Round(us);
        return !double.IsNaN(us) && number >= 1e8;
    }

    private static bool TryReadDigits(ReadOnlySpan<byte> s, in LineContext context, out TimeMatch match)
    {
        match = default;
        var digits = CountDigits(s, 20);
        var next = digits < s.Length ? s[digits] : (byte)0;
        return digits switch
        {
            4 when next is (byte)'-' or (byte)'/' or (byte)'.' => TryYearFirst(s, next, context, out match),
            8 => TryCompact(s, context, out match),
            6 when next == ' ' => TryHadoop(s, context, out match),
            2 when next == ':' => TryTimeOnly(s, context, out match),
            1 or 2 => TryShort(s, digits, next, context, out match),
            10 or 13 or 16 or 19 => TryEpoch(s, digits, context, out match),
            _ => false,
        };
    }

    // 2005-06-03…
    private static bool TryYearFirst(ReadOnlySpan<byte> s, byte separator, in LineContext context, out TimeMatch match)
    {
        match = default;
        var at = 5;
        if (!TryNumber(s, ref at, 1, 2, out var month) || at >= s.Length || s[at++] != separator
            || !TryNumber(s, ref at, 1, 2, out var day) || at >= s.Length
            || s[at] is not ((byte)'T' or (byte)'t' or (byte)' ' or (byte)'_' or (byte)'-' or (byte)':'))
        {
            return false;
        }

        var dash = s[at] == '-';
        at++;
        return TryClock(s, ref at, dash ? (byte)'.' : (byte)':', out var us)
            && TryFinish(s, at, new CivilTime(Number(s[..4]), month, day, us), false, context, out match);
    }

    // 20050603T154250Z, 20171223-22:15:29:606
    private static bool TryCompact(ReadOnlySpan<byte> s, in LineContext context, out TimeMatch match)
    {
        match = default;
        var (year, month, day) = (Number(s[..4]), Number(s[4..6]), Number(s[6..8]));
        if (s.Length < 14 || s[8] is not ((byte)'T' or (byte)' ' or (byte)'-' or (byte)'_'))
        {
            return false;
        }

        var at = 9;
        long us;
        if (CountDigits(s[9..], 7) == 6)
        {
            at = 15;
            us = TimeOfDay(Number(s[9..11]), Number(s[11..13]), Number(s[13..15]));
            us += Fraction(s, ref at);
        }
        else if (!TryClock(s, ref at, (byte)':', out us))
        {
            return false;
        }

        return TryFinish(s, at, new CivilTime(year, month, day, us), false, context, out match);
    }

    // 081109 203615
    private static bool TryHadoop(ReadOnlySpan<byte> s, in LineContext context, out TimeMatch match)
    {
        match = default;
        if (CountDigits(s[7..], 7) != 6 || (s.Length > 13 && s[13] is not ((byte)' ' or (byte)'.' or (byte)',')))
        {
            return false;
        }

        var us = TimeOfDay(Number(s[7..9]), Number(s[9..11]), Number(s[11..13]));
        return TryFinish(s, 13, new CivilTime(2000 + Number(s[..2]), Number(s[2..4]), Number(s[4..6]), us), false,
            context, out match);
    }

    // 15:42:50.675
    private static bool TryTimeOnly(ReadOnlySpan<byte> s, in LineContext context, out TimeMatch match)
    {
        match = default;
        var at = 0;
        if (!TryClock(s, ref at, (byte)':', out var us, needSeconds: true))
        {
            return false;
        }

        var offset = Zone(s, ref at);
        if (at < s.Length && IsWordByte(s[at]))
        {
            return false;
        }

        // What local time it is where the record was minted is only known by way of the zone; an hour off does no harm here.
        var local = context.MintedUnixUs + (context.MintedUnixUs - context.Zone.ToUnixUs(context.MintedUnixUs));
        var near = CivilTime.TimeOfDayNear(us, offset is null ? local : context.MintedUnixUs + offset.Value);
        match = new TimeMatch(at, offset is { } known ? near - known : context.Zone.ToUnixUs(near), false, false);
        return true;
    }

    // 03-17 16:13:38.811, 10.30 16:49:06, 17/06/09 20:10:40, 03/06/2005 …, 03.06.2005 …, 03/Jun/2005:…, 03 Jun 2005 …
    private static bool TryShort(
        ReadOnlySpan<byte> s, int digits, byte separator, in LineContext context, out TimeMatch match)
    {
        match = default;
        var first = Number(s[..digits]);
        var at = digits + 1;
        if (separator is not ((byte)'-' or (byte)'/' or (byte)'.' or (byte)' ') || at >= s.Length)
        {
            return false;
        }

        if (IsLetter(s[at]))
        {
            return TryDayMonthName(s, first, at, separator, context, out match);
        }

        if (separator == ' ' || !TryNumber(s, ref at, 1, 2, out var second) || at >= s.Length)
        {
            return false;
        }

        if (s[at] == ' ')
        {
            at++;
            return separator != '/' && TryClock(s, ref at, (byte)':', out var clock, needSeconds: true)
                && TryFinish(s, at, new CivilTime(0, first, second, clock), false, context, out match);
        }

        if (s[at++] != separator || !TryNumber(s, ref at, 2, 4, out var third) || at >= s.Length
            || s[at] is not ((byte)' ' or (byte)'T' or (byte)',' or (byte)':'))
        {
            return false;
        }

        var thirdDigits = third > 99 ? 4 : 2;
        at += s[at] == ',' ? 2 : 1;
        return at < s.Length && TryClock(s, ref at, (byte)':', out var us)
            && TryFinish(s, at, Order(first, second, third, thirdDigits, separator, us, context), false, context, out match);
    }

    // 17/06/09 is year first as Spark writes it, 11/20/26 and 20-11-26 have it last: what is nearest to the record's own time.
    // A four-digit year last leaves day and month open, except with dots.
    private static CivilTime Order(
        int first, int second, int third, int thirdDigits, byte separator, long us, in LineContext context)
    {
        var year = thirdDigits == 2 ? 2000 + third : third;
        var best = separator == '.' ? default : new CivilTime(year, first, second, us);
        best = Nearer(new CivilTime(year, second, first, us), best, context);
        return thirdDigits == 2 ? Nearer(new CivilTime(2000 + first, second, third, us), best, context) : best;
    }

    private static CivilTime Nearer(in CivilTime time, in CivilTime best, in LineContext context) =>
        !best.IsValid || time.IsValid && Distance(time, context) < Distance(best, context) ? time : best;

    private static long Distance(CivilTime time, in LineContext context) => Math.Abs(time.ToUs() - context.MintedUnixUs);

    private static bool TryDayMonthName(
        ReadOnlySpan<byte> s, int day, int at, byte separator, in LineContext context, out TimeMatch match)
    {
        match = default;
        if (!TryMonth(s, ref at, out var month) || at >= s.Length || s[at++] != separator
            || !TryNumber(s, ref at, 2, 4, out var year) || at >= s.Length
            || s[at] is not ((byte)':' or (byte)' ' or (byte)','))
        {
            return false;
        }

        at += s[at] == ',' ? 2 : 1;
        return at < s.Length && TryClock(s, ref at, (byte)':', out var us)
            && TryFinish(s, at, new CivilTime(year < 100 ? 2000 + year : year, month, day, us), false, context, out match);
    }

    private static bool TryEpoch(ReadOnlySpan<byte> s, int digits, in LineContext context, out TimeMatch match)
    {
        match = default;
        long number = 0;
        for (var i = 0; i < digits; i++)
        {
            number = (number * 10) + (s[i] - '0');
        }

        var us = digits switch { 10 => number * SecondUs, 13 => number * 1000, 16 => number, _ => number / 1000 };
        var at = digits;
        us += digits == 10 ? Fraction(s, ref at) : 0;
        if (us < Plausible.OldestUnixUs || us > context.MintedUnixUs + Plausible.FutureUs
            || (at < s.Length && s[at] is not ((byte)' ' or (byte)']' or (byte)',' or (byte)'|' or (byte)'\t')))
        {
            return false;
        }

        match = new TimeMatch(at, us, true, false);
        return true;
    }

    private static bool TryReadWords(ReadOnlySpan<byte> s, in LineContext context, out TimeMatch match)
    {
        match = default;
        var at = 0;
        if (IsWeekday(s))
        {
            at = s[3] == ',' ? 5 : 4;
            if (at < s.Length && IsDigit(s[at]))
            {
                var digits = CountDigits(s[at..], 3);
                if (digits > 2 || !TryDayMonthName(s[at..], Number(s.Slice(at, digits)), digits + 1, (byte)' ', context, out match))
                {
                    return false;
                }

                match = match with { Length = match.Length + at };
                return true;
            }
        }

        return TryMonth(s, ref at, out var month) && TryMonthFirst(s, at, month, context, out match);
    }

    // …Jun  3 15:42:50 2005, Jun 03 2005 15:42:50, Jun 03, 2005 3:42:50 PM
    private static bool TryMonthFirst(ReadOnlySpan<byte> s, int at, int month, in LineContext context, out TimeMatch match)
    {
        match = default;
        while (at < s.Length && s[at] == ' ')
        {
            at++;
        }

        if (!TryNumber(s, ref at, 1, 2, out var day) || at + 1 >= s.Length || s[at] is not ((byte)' ' or (byte)','))
        {
            return false;
        }

        at += s[at] == ',' ? 2 : 1;
        var year = 0;
        if (at < s.Length && CountDigits(s[at..], 5) == 4)
        {
            year = Number(s.Slice(at, 4));
            at += 5;
        }

        if (at >= s.Length || !TryClock(s, ref at, (byte)':', out var us, needSeconds: true))
        {
            return false;
        }

        var syslog = year == 0;
        if (syslog)
        {
            TrailingYear(s, ref at, ref year);
        }

        return TryFinish(s, at, new CivilTime(year, month, day, us), syslog && year == 0, context, out match);
    }

    // …15:42:50 2005, …15:42:50 UTC 2005
    private static void TrailingYear(ReadOnlySpan<byte> s, ref int at, ref int year)
    {
        var start = at + 1;
        if (start + 3 < s.Length && s[at] == ' ' && IsUpper(s[start]) && IsUpper(s[start + 1]) && IsUpper(s[start + 2]))
        {
            while (start < s.Length && IsUpper(s[start]))
            {
                start++;
            }

            start++;
        }

        if (start + 4 <= s.Length && s[start - 1] == ' ' && CountDigits(s[start..], 5) == 4
            && (start + 4 == s.Length || s[start + 4] is (byte)']' or (byte)' ' or (byte)':' or (byte)','))
        {
            var candidate = Number(s.Slice(start, 4));
            if (candidate is >= 1970 and <= 2200)
            {
                year = candidate;
                at = start + 4;
            }
        }
    }

    private static bool TryFinish(
        ReadOnlySpan<byte> s, int at, CivilTime time, bool syslog, in LineContext context, out TimeMatch match)
    {
        match = default;
        var afterClock = at;
        Meridiem(s, ref at, ref time);
        var offset = Zone(s, ref at);
        if (!time.IsValid || (at < s.Length && IsWordByte(s[at]) && afterClock == at))
        {
            return false;
        }

        if (time.Year == 0)
        {
            time = time.WithYearNear(context.MintedUnixUs + (context.MintedUnixUs - context.Zone.ToUnixUs(context.MintedUnixUs)));
        }

        var us = time.ToUs();
        match = new TimeMatch(at, offset is { } known ? us - known : context.Zone.ToUnixUs(us), true, syslog);
        return true;
    }

    private static void Meridiem(ReadOnlySpan<byte> s, ref int at, ref CivilTime time)
    {
        if (at + 3 > s.Length || s[at] != ' ' || (s[at + 2] | 0x20) != 'm' || (s[at + 1] | 0x20) is not ('a' or 'p')
            || (at + 3 < s.Length && IsWordByte(s[at + 3])))
        {
            return;
        }

        const long HourUs = 3600 * SecondUs;
        var hour = time.TimeOfDayUs / HourUs;
        var afternoon = (s[at + 1] | 0x20) == 'p';
        var shift = afternoon && hour < 12 ? 12 : !afternoon && hour == 12 ? -12 : 0;
        time = time with { TimeOfDayUs = time.TimeOfDayUs + (shift * HourUs) };
        at += 3;
    }

    // 15:42:50.675872 with ':' or, in 2005-06-03-15.42.50, '.' between the parts.
    private static bool TryClock(ReadOnlySpan<byte> s, ref int at, byte separator, out long us, bool needSeconds = false)
    {
        us = 0;
        var i = at;
        if (!TryNumber(s, ref i, 1, 2, out var hour) || i >= s.Length || s[i++] != separator
            || !TryNumber(s, ref i, 1, 2, out var minute) || hour > 24 || minute > 59)
        {
            return false;
        }

        var second = 0;
        if (i + 1 < s.Length && s[i] == separator && IsDigit(s[i + 1]))
        {
            i++;
            if (!TryNumber(s, ref i, 1, 2, out second) || second > 60)
            {
                return false;
            }

            us = Fraction(s, ref i);
        }
        else if (needSeconds)
        {
            return false;
        }

        us += TimeOfDay(hour, minute, second);
        at = i;
        return true;
    }

    private static long TimeOfDay(int hour, int minute, int second) =>
        hour > 24 || minute > 59 || second > 60 ? -1 : ((hour * 3600L) + (minute * 60) + Math.Min(second, 59)) * SecondUs;

    private static long Fraction(ReadOnlySpan<byte> s, ref int at)
    {
        if (at + 1 >= s.Length || s[at] is not ((byte)'.' or (byte)',' or (byte)':') || !IsDigit(s[at + 1]))
        {
            return 0;
        }

        long us = 0;
        long unit = SecondUs / 10;
        var i = at + 1;
        for (; i < s.Length && IsDigit(s[i]); i++)
        {
            us += (s[i] - '0') * unit;
            unit /= 10;
        }

        at = i;
        return us;
    }

    // Z, +02:00, +0200, +02, " +0200", " UTC", " CEST". Null when there is none.
    private static long? Zone(ReadOnlySpan<byte> s, ref int at)
    {
        if (at >= s.Length)
        {
            return null;
        }

        if (s[at] is (byte)'Z' or (byte)'z' && (at + 1 == s.Length || !IsWordByte(s[at + 1])))
        {
            at++;
            return 0;
        }

        var i = s[at] == ' ' ? at + 1 : at;
        if (i >= s.Length)
        {
            return null;
        }

        return s[i] is (byte)'+' or (byte)'-' ? Offset(s, i, i > at, ref at) : ZoneNames.Read(s, i, ref at);
    }

    private static long? Offset(ReadOnlySpan<byte> s, int sign, bool spaced, ref int at)
    {
        var i = sign + 1;
        var digits = CountDigits(s[i..], 5);
        int hours, minutes = 0;
        if (digits == 4)
        {
            (hours, minutes) = (Number(s.Slice(i, 2)), Number(s.Slice(i + 2, 2)));
            i += 4;
        }
        else if (digits == 2 && i + 5 <= s.Length && s[i + 2] == ':' && CountDigits(s[(i + 3)..], 3) == 2)
        {
            (hours, minutes) = (Number(s.Slice(i, 2)), Number(s.Slice(i + 3, 2)));
            i += 5;
        }
        else if (digits == 2 && (!spaced || s[sign] == '+'))
        {
            hours = Number(s.Slice(i, 2));
            i += 2;
        }
        else
        {
            return null;
        }

        if (hours > 15 || minutes > 59 || (i < s.Length && IsWordByte(s[i])))
        {
            return null;
        }

        at = i;
        return ((hours * 3600L) + (minutes * 60)) * (s[sign] == '-' ? -SecondUs : SecondUs);
    }

    private static bool TryMonth(ReadOnlySpan<byte> s, ref int at, out int month)
    {
        month = 0;
        if (at + 3 > s.Length)
        {
            return false;
        }

        month = ((s[at] | 0x20) << 16 | (s[at + 1] | 0x20) << 8 | (s[at + 2] | 0x20)) switch
        {
            'j' << 16 | 'a' << 8 | 'n' => 1,
            'f' << 16 | 'e' << 8 | 'b' => 2,
            'm' << 16 | 'a' << 8 | 'r' => 3,
            'a' << 16 | 'p' << 8 | 'r' => 4,
            'm' << 16 | 'a' << 8 | 'y' => 5,
            'j' << 16 | 'u' << 8 | 'n' => 6,
            'j' << 16 | 'u' << 8 | 'l' => 7,
            'a' << 16 | 'u' << 8 | 'g' => 8,
            's' << 16 | 'e' << 8 | 'p' => 9,
            'o' << 16 | 'c' << 8 | 't' => 10,
            'n' << 16 | 'o' << 8 | 'v' => 11,
            'd' << 16 | 'e' << 8 | 'c' => 12,
            _ => 0,
        };
        at += 3;
        return month > 0 && (at == s.Length || !IsLetter(s[at]));
    }

    private static bool IsWeekday(ReadOnlySpan<byte> s) => s.Length > 6 && s[3] is (byte)' ' or (byte)','
        && (s[..3].SequenceEqual("Mon"u8) || s[..3].SequenceEqual("Tue"u8) || s[..3].SequenceEqual("Wed"u8)
            || s[..3].SequenceEqual("Thu"u8) || s[..3].SequenceEqual("Fri"u8) || s[..3].SequenceEqual("Sat"u8)
            || s[..3].SequenceEqual("Sun"u8));

    private static bool TryNumber(ReadOnlySpan<byte> s, ref int at, int min, int max, out int number)
    {
        number = 0;
        var start = at;
        while (at < s.Length && at - start < max && IsDigit(s[at]))
        {
            number = (number * 10) + (s[at++] - '0');
        }

        return at - start >= min && (at == s.Length || !IsDigit(s[at]));
    }

    private static int Number(ReadOnlySpan<byte> digits)
    {
        var number = 0;
        foreach (var digit in digits)
        {
            number = (number * 10) + (digit - '0');
        }

        return number;
    }

    private static int CountDigits(ReadOnlySpan<byte> s, int max)
    {
        var i = 0;
        while (i < s.Length && i < max && IsDigit(s[i]))
        {
            i++;
        }

        return i;
    }

    private static bool IsDigit(byte c) => (uint)(c - '0') <= 9;

    private static bool IsLetter(byte c) => (uint)((c | 0x20) - 'a') <= 25;

    private static bool IsUpper(byte c) => (uint)(c - 'A') <= 25;

    private static bool IsWordByte(byte c) => IsDigit(c) || IsLetter(c) || c == '_';
}
