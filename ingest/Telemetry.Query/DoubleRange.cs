namespace Telemetry.Query;

/// <summary>A double lies in the range; an end is included unless the flag beside it says otherwise.</summary>
public sealed record DoubleRange(double Min, double Max, bool AboveMin = false, bool BelowMax = false) : ValueTest
{
    /// <inheritdoc/>
    public override bool Matches(double value) =>
        (AboveMin ? value > Min : value >= Min) && (BelowMax ? value < Max : value <= Max);

    internal static ValueTest Compare(KqlComparison comparison, string text)
    {
        if (!TryNumber(text, out var number))
        {
            return new NoValue();
        }

        return comparison switch
        {
            KqlComparison.Less => new DoubleRange(double.NegativeInfinity, number, BelowMax: true),
            KqlComparison.LessOrEqual => new DoubleRange(double.NegativeInfinity, number),
            KqlComparison.Greater => new DoubleRange(number, double.PositiveInfinity, AboveMin: true),
            _ => new DoubleRange(number, double.PositiveInfinity),
        };
    }
}
