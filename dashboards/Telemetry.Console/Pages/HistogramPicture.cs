using System.Globalization;
using Telemetry.Console.Html;
using Telemetry.Query;
using Telemetry.Store;

namespace Telemetry.Console.Pages;

/// <summary>Counts over time as stacked bars; a bar is a link to its time, an entry of the legend one to its level.</summary>
internal static class HistogramPicture
{
    private const double Height = 84;

    public static void Write(HtmlWriter html, Histogram histogram, SearchState state)
    {
        if (histogram.Buckets.Count == 0)
        {
            return;
        }

        using (html.In("figure", ("class", "histogram")))
        {
            WriteLegend(html, histogram, state);
            WriteBars(html, histogram, state);
            WriteAxis(html, histogram);
        }
    }

    private static void WriteBars(HtmlWriter html, Histogram histogram, SearchState state)
    {
        var peak = Math.Max(1, histogram.Buckets.Max(bucket => bucket.Count));
        var width = 100.0 / histogram.Buckets.Count;
        using (html.In("svg", ("class", "bars"), ("role", "group"), ("aria-label", "Documents over time"), ("height", "84"), ("width", "100%")))
        {
            for (var i = 0; i < histogram.Buckets.Count; i++)
            {
                var start = histogram.StartUnixUs + (i * histogram.BucketUs);
                var bucket = histogram.Buckets[i];
                if (bucket.Count > 0)
                {
                    WriteBar(html, bucket, start, histogram.BucketUs, state, (i * width, width), peak);
                }
            }
        }
    }

    private static void WriteBar(
        HtmlWriter html, HistogramBucket bucket, long start, long length, SearchState state, (double X, double Width) place,
        long peak)
    {
        var href = state.Over(Rfc3339.Format(start), Rfc3339.Format(start + length));
        using (html.In("a", ("href", href)))
        {
            html.Element("title", $"{Show.Plural(bucket.Count, "document", "documents")} in {Show.Duration(length)} from {Show.Exactly(start)}");
            WriteRect(html, "hit", place.X, place.Width, 0, Height);

            // A single error among a million lines is still one pixel high.
            var y = Height;
            foreach (var (level, count) in ByLevel(bucket.ByLevel))
            {
                var height = Math.Max(1.5, count * (Height - 4) / peak);
                y = Math.Max(0, y - height);
                WriteRect(html, "lvl-" + level.Css, place.X + (place.Width * 0.08), place.Width * 0.84, y, height);
            }
        }
    }

    private static void WriteLegend(HtmlWriter html, Histogram histogram, SearchState state)
    {
        var counts = new SortedDictionary<string, long>(StringComparer.Ordinal);
        foreach (var (level, count) in histogram.Buckets.SelectMany(bucket => bucket.ByLevel))
        {
            counts[level] = counts.GetValueOrDefault(level) + count;
        }

        using (html.In("figcaption", ("class", "legend")))
        {
            foreach (var (level, count) in counts.OrderByDescending(c => c.Value).Take(8))
            {
                KqlNode term = level.Length == 0
                    ? new Not(new FieldExists(Fields.LogLevel.Name))
                    : new FieldMatches(Fields.LogLevel.Name, new KqlValue(level, !IsWord(level), null));
                using (html.In(
                    "a", ("class", "key lvl-" + LogLevel.Of(level).Css), ("href", state.With(Link.Narrow(state.Query, term)))))
                {
                    html.Text(level.Length == 0 ? "no level" : level);
                    html.Element("b", Show.Number(count));
                }
            }
        }
    }

    private static void WriteAxis(HtmlWriter html, Histogram histogram)
    {
        var end = histogram.StartUnixUs + (histogram.Buckets.Count * histogram.BucketUs);
        var scale = new TimeScale(histogram.StartUnixUs, end);
        var (ticks, step) = scale.Ticks(9);
        using (html.In("svg", ("class", "axis"), ("width", "100%"), ("height", "20"), ("aria-hidden", "true")))
        {
            foreach (var (i, tick) in ticks.Index())
            {
                var x = scale.Percent(tick);
                html.Element("line", null, ("x1", Percent(x)), ("x2", Percent(x)), ("y1", "0"), ("y2", "4"));
                html.Element(
                    "text", TimeScale.Label(tick, step), ("x", Percent(x)), ("y", "16"),
                    ("text-anchor", x switch { < 4 => "start", > 96 => "end", _ => "middle" }),
                    ("class", TimeScale.IsMinor(i) ? "minor" : null));
            }
        }
    }

    private static IEnumerable<(LogLevel Level, long Count)> ByLevel(IReadOnlyDictionary<string, long> counts)
    {
        foreach (var level in LogLevel.All)
        {
            var count = counts.Where(c => LogLevel.Of(c.Key) == level).Sum(c => c.Value);
            if (count > 0)
            {
                yield return (level, count);
            }
        }
    }

    private static void WriteRect(HtmlWriter html, string css, double xPercent, double widthPercent, double y, double height) =>
        html.Element(
            "rect", null, ("class", css), ("x", Percent(xPercent)), ("width", Percent(widthPercent)), ("y", Pixels(y)),
            ("height", Pixels(height)));

    private static bool IsWord(string level) => level.All(char.IsAsciiLetterOrDigit) && level is not ("and" or "or" or "not");

    private static string Percent(double value) => value.ToString("0.###", CultureInfo.InvariantCulture) + "%";

    private static string Pixels(double value) => value.ToString("0.##", CultureInfo.InvariantCulture);
}
