namespace Telemetry.Store;

/// <summary>Smallest and largest of some times, microseconds.</summary>
internal readonly record struct Range(long Min, long Max)
{
    /// <summary>Holds nothing and grows to what is joined.</summary>
    public static readonly Range Empty = new(long.MaxValue, long.MinValue);

    public static Range Of(ReadOnlySpan<long> values)
    {
        var range = Empty;
        foreach (var value in values)
        {
            range = range.With(value);
        }

        return range;
    }

    public Range With(long value) => new(Math.Min(Min, value), Math.Max(Max, value));

    public Range With(Range other) => new(Math.Min(Min, other.Min), Math.Max(Max, other.Max));
}
