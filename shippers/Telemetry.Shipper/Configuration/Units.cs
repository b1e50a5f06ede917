using System.Globalization;

namespace Telemetry.Shipper.Configuration;

/// <summary>Sizes like "64MiB" and durations like "5s".</summary>
internal static class Units
{
    private static readonly (string Suffix, double Factor)[] _sizes =
    [
        ("kib", 1L << 10), ("mib", 1L << 20), ("gib", 1L << 30), ("tib", 1L << 40),
        ("k", 1L << 10), ("m", 1L << 20), ("g", 1L << 30), ("b", 1), ("", 1),
    ];

    private static readonly (string Suffix, double Factor)[] _durations =
        [("ms", 1), ("s", 1000), ("m", 60_000), ("h", 3_600_000), ("d", 86_400_000)];

    /// <summary>Bytes. Does not throw.</summary>
    public static bool TrySize(string text, out long bytes)
    {
        var valid = TryParse(text, _sizes, out var value) && value <= 1L << 50;
        bytes = valid ? (long)value : 0;
        return valid;
    }

    /// <summary>From 1 ms to 7 days: timers cannot wait for more than 24. Does not throw.</summary>
    public static bool TryDuration(string text, out TimeSpan duration)
    {
        var valid = TryParse(text, _durations, out var value) && value is >= 1 and <= 604_800_000;
        duration = valid ? TimeSpan.FromMilliseconds(value) : default;
        return valid;
    }

    private static bool TryParse(string text, (string Suffix, double Factor)[] units, out double value)
    {
        value = 0;
        var digits = text.AsSpan().IndexOfAnyExcept("0123456789.");
        digits = digits < 0 ? text.Length : digits;
        var suffix = text[digits..].Trim().ToLowerInvariant();
        foreach (var unit in units)
        {
            if (suffix == unit.Suffix
                && double.TryParse(text.AsSpan(0, digits), NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out value))
            {
                value *= unit.Factor;
                return true;
            }
        }

        return false;
    }
}
