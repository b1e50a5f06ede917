using System.Globalization;

namespace Telemetry.Grpc;

/// <summary>
/// <c>grpc-timeout</c>: at most eight digits and one of <c>H M S m u n</c> (PROTOCOL-HTTP2.md, "Timeout").
/// 1.5 s is <c>1500m</c>.
/// </summary>
internal static class TimeoutHeader
{
    private const long MaxValue = 99_999_999;

    /// <summary>The longest timeout that is distinguished from none.</summary>
    public static readonly TimeSpan Max = TimeSpan.FromSeconds(MaxValue);

    private static readonly (char Unit, decimal Ticks)[] _finestFirst =
    [
        ('n', 0.01m),
        ('u', TimeSpan.TicksPerMicrosecond),
        ('m', TimeSpan.TicksPerMillisecond),
        ('S', TimeSpan.TicksPerSecond),
        ('M', TimeSpan.TicksPerMinute),
        ('H', TimeSpan.TicksPerHour),
    ];

    /// <summary>
    /// Encodes in the finest unit that holds it, rounding up. The value has to be positive, so a deadline that has passed
    /// is <c>1n</c>.
    /// </summary>
    public static string Encode(TimeSpan timeout)
    {
        if (timeout <= TimeSpan.Zero)
        {
            return "1n";
        }

        foreach (var (unit, ticks) in _finestFirst)
        {
            var value = Math.Ceiling(timeout.Ticks / ticks);
            if (value <= MaxValue)
            {
                return string.Create(CultureInfo.InvariantCulture, $"{value:0}{unit}");
            }
        }

        return "99999999H";
    }

    /// <summary>False when the value does not follow the grammar; the call then has no deadline. Capped at <see cref="Max"/>.</summary>
    public static bool TryDecode(ReadOnlySpan<char> value, out TimeSpan timeout)
    {
        timeout = default;
        if (value.Length is < 2 or > 9
            || !long.TryParse(value[..^1], NumberStyles.None, CultureInfo.InvariantCulture, out var number))
        {
            return false;
        }

        foreach (var (unit, ticks) in _finestFirst)
        {
            if (unit == value[^1])
            {
                var exact = Math.Ceiling(number * ticks);
                timeout = exact > Max.Ticks ? Max : TimeSpan.FromTicks((long)exact);
                return true;
            }
        }

        return false;
    }
}
