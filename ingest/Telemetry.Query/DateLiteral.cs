using System.Globalization;

namespace Telemetry.Query;

/// <summary>
/// A point or a piece of time as people write it, half-open, microseconds since the Unix epoch. "2026-11-22" is that day,
/// "2026-11-22T10:05Z" that minute, "…05.123Z" that millisecond; <c>now</c> is one microsecond, and <c>now-1d/d</c> the whole
/// of yesterday. Units: y M w d h H m s, as in Elasticsearch's date math.
/// </summary>
/// <param name="StartUnixUs">First microsecond.</param>
/// <param name="EndUnixUs">First microsecond after it.</param>
/// <param name="HasZone">False when a time of day was written without a zone; it is then taken as UTC.</param>
internal readonly record struct DateLiteral(long StartUnixUs, long EndUnixUs, bool HasZone)
{
    private static readonly (string Format, Func<DateTime, DateTime> Next)[] Absolute =
    [
        ("yyyy", t => t.AddYears(1)),
        ("yyyy-MM", t => t.AddMonths(1)),
        ("yyyy-MM-dd", t => t.AddDays(1)),
        ("yyyy-MM-dd'T'HH", t => t.AddHours(1)),
        ("yyyy-MM-dd'T'HH:mm", t => t.AddMinutes(1)),
        ("yyyy-MM-dd'T'HH:mm:ss", t => t.AddSeconds(1)),
    ];

    public static bool TryParse(string text, long nowUnixUs, out DateLiteral date)
    {
        if (text.StartsWith("now", StringComparison.Ordinal))
        {
            return TryMath(text.AsSpan(3), nowUnixUs, out date);
        }

        return TryAbsolute(text, out date);
    }

    /// <summary>Adds one step of date math, such as "-15m". False when it is none or leaves the calendar.</summary>
    public static bool TryStep(ReadOnlySpan<char> step, DateTime from, out DateTime to)
    {
        to = from;
        if (step.Length < 3 || step[0] is not ('+' or '-')
            || !int.TryParse(step[1..^1], NumberStyles.None, CultureInfo.InvariantCulture, out var count))
        {
            return false;
        }

        count = step[0] == '-' ? -count : count;
        try
        {
            to = Add(from, count, step[^1]);
            return IsUnit(step[^1]);
        }
        catch (ArgumentOutOfRangeException)
        {
            return false;
        }
    }

    public static DateTime FromUnixUs(long unixUs) => DateTime.UnixEpoch.AddTicks(unixUs * 10);

    public static long ToUnixUs(DateTime time) => (time - DateTime.UnixEpoch).Ticks / 10;

    private static bool IsUnit(char unit) => "yMwdhHms".Contains(unit, StringComparison.Ordinal);

    private static DateTime Add(DateTime from, int count, char unit) => unit switch
    {
        'y' => from.AddYears(count),
        'M' => from.AddMonths(count),
        'w' => from.AddDays(7.0 * count),
        'd' => from.AddDays(count),
        'h' or 'H' => from.AddHours(count),
        'm' => from.AddMinutes(count),
        _ => from.AddSeconds(count),
    };

    private static DateTime Floor(DateTime time, char unit) => unit switch
    {
        'y' => new DateTime(time.Year, 1, 1, 0, 0, 0, DateTimeKind.Utc),
        'M' => new DateTime(time.Year, time.Month, 1, 0, 0, 0, DateTimeKind.Utc),
        'w' => time.Date.AddDays(-(((int)time.DayOfWeek + 6) % 7)),
        'd' => time.Date,
        'h' or 'H' => time.Date.AddHours(time.Hour),
        'm' => time.Date.AddMinutes((long)time.TimeOfDay.TotalMinutes),
        _ => time.Date.AddSeconds((long)time.TimeOfDay.TotalSeconds),
    };

    private static bool TryMath(ReadOnlySpan<char> math, long nowUnixUs, out DateLiteral date)
    {
        date = default;
        var time = FromUnixUs(nowUnixUs);
        var end = DateTime.MinValue;
        while (!math.IsEmpty)
        {
            if (math.Length == 2 && math[0] == '/' && IsUnit(math[1]))
            {
                time = Floor(time, math[1]);
                end = Add(time, 1, math[1]);
                break;
            }

            var length = 1 + math[1..].IndexOfAny('+', '-', '/');
            length = length == 0 ? math.Length : length;
            if (!TryStep(math[..length], time, out time))
            {
                return false;
            }

            math = math[length..];
        }

        var start = ToUnixUs(time);
        date = new DateLiteral(start, end == DateTime.MinValue ? start + 1 : ToUnixUs(end), true);
        return true;
    }

    private static bool TryAbsolute(string text, out DateLiteral date)
    {
        date = default;
        var local = WithoutZone(text, out var offset, out var hasZone);
        var dot = local.IndexOfAny('.', ',');
        var fraction = dot < 0 ? [] : local[(dot + 1)..];
        foreach (var (format, next) in Absolute)
        {
            if (!DateTime.TryParseExact(
                dot < 0 ? local : local[..dot], format, CultureInfo.InvariantCulture,
                DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out var time))
            {
                continue;
            }

            var isDate = format.Length <= 10;
            if (isDate ? offset is not null : dot >= 0 && !format.EndsWith("ss", StringComparison.Ordinal))
            {
                return false;
            }

            return TryFinish(time, next, fraction, dot >= 0, offset ?? TimeSpan.Zero, isDate || hasZone, out date);
        }

        return false;
    }

    private static bool TryFinish(
        DateTime time, Func<DateTime, DateTime> next, ReadOnlySpan<char> fraction, bool hasFraction, TimeSpan offset,
        bool hasZone, out DateLiteral date)
    {
        date = default;
        try
        {
            var start = ToUnixUs(time) - (offset.Ticks / 10);
            var length = time.Year == 9999 ? 1 : ToUnixUs(next(time)) - ToUnixUs(time);
            if (hasFraction)
            {
                if (fraction.Length is 0 or > 9 || fraction.ContainsAnyExceptInRange('0', '9'))
                {
                    return false;
                }

                var digits = fraction[..Math.Min(6, fraction.Length)];
                length = (long)Math.Pow(10, 6 - digits.Length);
                start += long.Parse(digits, CultureInfo.InvariantCulture) * length;
            }

            date = new DateLiteral(start, start + length, hasZone);
            return true;
        }
        catch (ArgumentOutOfRangeException)
        {
            return false;
        }
    }

    private static ReadOnlySpan<char> WithoutZone(string text, out TimeSpan? offset, out bool hasZone)
    {
        offset = null;
        hasZone = false;
        if (!text.Contains('T', StringComparison.Ordinal))
        {
            return text;
        }

        if (text[^1] is 'Z' or 'z')
        {
            (offset, hasZone) = (TimeSpan.Zero, true);
            return text.AsSpan(0, text.Length - 1);
        }

        var sign = text.AsSpan().LastIndexOfAny('+', '-');
        if (sign > text.IndexOf('T', StringComparison.Ordinal)
            && TimeSpan.TryParseExact(text.AsSpan(sign + 1), @"hh\:mm", CultureInfo.InvariantCulture, out var zone)
            && zone < TimeSpan.FromHours(24))
        {
            (offset, hasZone) = (text[sign] == '-' ? -zone : zone, true);
            return text.AsSpan(0, sign);
        }

        return text;
    }
}
