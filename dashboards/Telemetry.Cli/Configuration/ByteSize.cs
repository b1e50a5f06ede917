using System.Globalization;

namespace Telemetry.Cli.Configuration;

/// <summary>A size as people write it: "512", "64KiB", "64MiB", "20GiB", "1TiB"; "64m" is short for "64MiB".</summary>
internal readonly record struct ByteSize(long Bytes)
{
    private static readonly (string Suffix, int Shift)[] Units = [("TiB", 40), ("GiB", 30), ("MiB", 20), ("KiB", 10), ("B", 0)];

    /// <summary>Parses a whole, non-negative number and a unit. Does not throw.</summary>
    public static bool TryParse(string text, out ByteSize size)
    {
        size = default;
        var digits = text.AsSpan().IndexOfAnyExceptInRange('0', '9');
        digits = digits < 0 ? text.Length : digits;
        if (!long.TryParse(text.AsSpan(0, digits), NumberStyles.None, CultureInfo.InvariantCulture, out var number)
            || !TryGetShift(text.AsSpan(digits).Trim(), out var shift)
            || number > long.MaxValue >> shift)
        {
            return false;
        }

        size = new ByteSize(number << shift);
        return true;
    }

    /// <summary>The largest unit that gives a whole number: "20GiB".</summary>
    public override string ToString()
    {
        var bytes = Bytes;
        var (suffix, shift) = Units.First(unit => unit.Shift == 0 || (bytes != 0 && bytes % (1L << unit.Shift) == 0));
        return string.Create(CultureInfo.InvariantCulture, $"{bytes >> shift}{suffix}");
    }

    private static bool TryGetShift(ReadOnlySpan<char> unit, out int shift)
    {
        foreach (var (suffix, candidate) in Units)
        {
            if (unit.Equals(suffix, StringComparison.OrdinalIgnoreCase)
                || (unit.Length == 1 && unit.Equals(suffix.AsSpan(0, 1), StringComparison.OrdinalIgnoreCase)))
            {
                shift = candidate;
                return true;
            }
        }

        shift = 0;
        return unit.IsEmpty;
    }
}
