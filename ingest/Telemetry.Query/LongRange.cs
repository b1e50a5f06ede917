using System.Globalization;

namespace Telemetry.Query;

/// <summary>A long, date or boolean lies in the range, both ends included. Empty when <paramref name="Min"/> is the larger.</summary>
public sealed record LongRange(long Min, long Max) : ValueTest
{
    /// <inheritdoc/>
    public override bool Matches(long value) => value >= Min && value <= Max;

    internal static ValueTest Equal(string text)
    {
        if (TryLong(text, out var value))
        {
            return new LongRange(value, value);
        }

        // "200.0" is the long 200, as Elasticsearch coerces it; "200.5" is none.
        return TryNumber(text, out var number) && Math.Floor(number) == number && InRange(number)
            ? new LongRange((long)number, (long)number)
            : new NoValue();
    }

    internal static ValueTest Compare(KqlComparison comparison, string text)
    {
        if (TryLong(text, out var value))
        {
            return From(comparison, value, value);
        }

        if (!TryNumber(text, out var number))
        {
            return new NoValue();
        }

        // Between two longs: what is less than 1.5 is less than or equal to 1.
        var below = InRange(Math.Floor(number)) ? (long)Math.Floor(number) : number < 0 ? long.MinValue : long.MaxValue;
        var above = InRange(Math.Ceiling(number)) ? (long)Math.Ceiling(number) : number < 0 ? long.MinValue : long.MaxValue;
        return From(comparison, above, below);
    }

    internal static ValueTest Compare(KqlComparison comparison, DateLiteral date) =>
        From(comparison, date.StartUnixUs, date.EndUnixUs - 1);

    // The literal covers first..last; for a number between two longs first is above and last below it.
    private static LongRange From(KqlComparison comparison, long first, long last) => comparison switch
    {
        KqlComparison.Less => first == long.MinValue ? new LongRange(0, -1) : new LongRange(long.MinValue, first - 1),
        KqlComparison.LessOrEqual => new LongRange(long.MinValue, last),
        KqlComparison.Greater => last == long.MaxValue ? new LongRange(0, -1) : new LongRange(last + 1, long.MaxValue),
        _ => new LongRange(first, long.MaxValue),
    };

    private static bool InRange(double number) => number is >= -9.2e18 and <= 9.2e18;

    private static bool TryLong(string text, out long value) =>
        long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out value);
}
