namespace Telemetry.Store;

/// <summary>The widths that a histogram's buckets can have, microseconds; each is a multiple of those before it.</summary>
internal static class BucketWidth
{
    private const long Second = 1_000_000;
    private const long Day = 86_400 * Second;

    private static readonly long[] Widths =
    [
        Second, 5 * Second, 10 * Second, 30 * Second, 60 * Second, 300 * Second, 600 * Second, 1_800 * Second, 3_600 * Second,
        10_800 * Second, 21_600 * Second, 43_200 * Second, Day, 5 * Day, 10 * Day, 30 * Day, 90 * Day, 360 * Day, 3_600 * Day,
        36_000 * Day, 360_000 * Day, 3_600_000 * Day, 36_000_000 * Day,
    ];

    /// <summary>The years 1 to 9999; times beyond count as these.</summary>
    public static readonly long MinUnixUs = (DateTime.MinValue - DateTime.UnixEpoch).Ticks / 10;

    /// <inheritdoc cref="MinUnixUs"/>
    public static readonly long MaxUnixUs = (DateTime.MaxValue - DateTime.UnixEpoch).Ticks / 10;

    public static long Smallest => Widths[0];

    /// <summary>The next larger one.</summary>
    public static long After(long width) => Widths[Math.Min(Widths.Length - 1, Array.IndexOf(Widths, width) + 1)];

    /// <summary>The bucket of a time: what it is divided by the width, rounded down.</summary>
    public static long Index(long unixUs, long width) => unixUs >= 0 ? unixUs / width : ~(~unixUs / width);

    /// <summary>The smallest width with which the times lie in at most so many buckets.</summary>
    public static long For(Range times, int buckets)
    {
        var width = Smallest;
        while (width < Widths[^1] && Index(times.Max, width) - Index(times.Min, width) >= buckets)
        {
            width = After(width);
        }

        return width;
    }
}
