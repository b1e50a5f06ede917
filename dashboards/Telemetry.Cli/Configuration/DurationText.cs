using System.Globalization;

namespace Telemetry.Cli.Configuration;

/// <summary>Durations as people write them: "250ms", "5s", "10m", "24h", "7d".</summary>
internal static class DurationText
{
    private static readonly (string Suffix, TimeSpan Unit)[] Units =
    [
        ("d", TimeSpan.FromDays(1)), ("h", TimeSpan.FromHours(1)), ("m", TimeSpan.FromMinutes(1)),
        ("s", TimeSpan.FromSeconds(1)), ("ms", TimeSpan.FromMilliseconds(1)),
    ];

    /// <summary>Parses a whole, non-negative number and a unit, up to 100 years. Does not throw.</summary>
    public static bool TryParse(string text, out TimeSpan duration)
    {
        duration = default;
        var digits = text.AsSpan().IndexOfAnyExceptInRange('0', '9');
        if (digits <= 0
            || !long.TryParse(text.AsSpan(0, digits), NumberStyles.None, CultureInfo.InvariantCulture, out var number))
        {
            return false;
        }

        var unit = Units.FirstOrDefault(unit => unit.Suffix == text[digits..].Trim()).Unit;
        if (unit == default || number > TimeSpan.FromDays(36_525) / unit)
        {
            return false;
        }

        duration = unit * number;
        return true;
    }

    /// <summary>The largest unit that gives a whole number: "7d".</summary>
    public static string Format(TimeSpan duration)
    {
        var exact = Units.Where(unit => duration != TimeSpan.Zero && duration.Ticks % unit.Unit.Ticks == 0);
        var (suffix, unit) = exact.Append(Units[^1]).First();
        return string.Create(CultureInfo.InvariantCulture, $"{duration.Ticks / unit.Ticks}{suffix}");
    }
}
