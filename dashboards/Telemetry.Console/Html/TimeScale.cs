using System.Globalization;

namespace Telemetry.Console.Html;

/// <summary>A time axis from one moment to another, with ticks at round times.</summary>
internal sealed record TimeScale(long StartUnixUs, long EndUnixUs)
{
    private const long Second = 1_000_000;

    private static readonly long[] Steps =
    [
        Second, 2 * Second, 5 * Second, 10 * Second, 15 * Second, 30 * Second,
        60 * Second, 120 * Second, 300 * Second, 600 * Second, 900 * Second, 1800 * Second,
        3600 * Second, 7200 * Second, 10800 * Second, 21600 * Second, 43200 * Second,
        86400 * Second, 2 * 86400 * Second, 7 * 86400 * Second, 14 * 86400 * Second, 30 * 86400 * Second,
        90 * 86400 * Second, 365 * 86400 * Second, 3650 * 86400 * Second,
    ];

    /// <summary>Where a moment lies, percent; outside moments lie at the ends.</summary>
    public double Percent(long unixUs) =>
        100.0 * (Math.Clamp(unixUs, StartUnixUs, EndUnixUs) - StartUnixUs) / Math.Max(1, EndUnixUs - StartUnixUs);

    /// <summary>Round moments within, at most <paramref name="count"/>, and the step between them.</summary>
    public (IReadOnlyList<long> At, long StepUs) Ticks(int count)
    {
        var step = Steps.FirstOrDefault(s => (EndUnixUs - StartUnixUs) / s < count, Steps[^1]);
        List<long> at = [];
        var first = (StartUnixUs + step - 1) / step * step;
        for (var tick = first; tick <= EndUnixUs && at.Count < count; tick += step)
        {
            at.Add(tick);
        }

        return (at, step);
    }

    /// <summary>Whether the label of a tick gives way on a narrow screen; its line stays.</summary>
    public static bool IsMinor(int tick) => tick % 3 != 0;

    /// <summary>As much of a moment as tells it from its neighbours at this distance.</summary>
    public static string Label(long unixUs, long stepUs) => Show.At(unixUs).ToString(
        stepUs switch
        {
            < 60 * Second => "HH:mm:ss",
            < 86400 * Second => Show.At(unixUs).TimeOfDay == TimeSpan.Zero ? "d MMM" : "HH:mm",
            < 180 * 86400 * Second => "d MMM",
            _ => "MMM yyyy",
        },
        CultureInfo.InvariantCulture);
}
