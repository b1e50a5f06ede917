using System.Globalization;

namespace Serilog.Sinks.Grpc;

/// <summary>Sizes as people write them: "64MiB", "512KiB", "1000".</summary>
internal static class ByteSize
{
    private static readonly (string Unit, int Shift)[] _units = [("KiB", 10), ("MiB", 20), ("GiB", 30), ("B", 0), ("", 0)];

    /// <summary>The same for what is an <see cref="int"/>; a larger size is the largest of them, for the check of options to refuse.</summary>
    public static int Parse(string? text, int otherwise, string argument) => (int)Math.Min(Parse(text, (long)otherwise, argument), int.MaxValue);

    /// <summary>The size; the default when there is no text.</summary>
    /// <exception cref="ArgumentException">The text is no size.</exception>
    public static long Parse(string? text, long otherwise, string argument)
    {
        if (string.IsNullOrWhiteSpace(text))
        {
            return otherwise;
        }

        var trimmed = text.AsSpan().Trim();
        foreach (var (unit, shift) in _units)
        {
            if (trimmed.EndsWith(unit, StringComparison.OrdinalIgnoreCase)
                && long.TryParse(trimmed[..^unit.Length].TrimEnd(), NumberStyles.None, CultureInfo.InvariantCulture, out var number)
                && number <= long.MaxValue >> shift)
            {
                return number << shift;
            }
        }

        throw new ArgumentException($"'{text}' is no size; it looks like 64MiB.", argument);
    }
}
