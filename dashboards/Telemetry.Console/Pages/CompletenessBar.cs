using System.Globalization;
using Telemetry.Console.Html;

namespace Telemetry.Console.Pages;

/// <summary>Stored, lost and missing as shares of what was produced.</summary>
internal static class CompletenessBar
{
    public static void Write(HtmlWriter html, Completeness records)
    {
        var total = Math.Max(1, Math.Max(records.Produced, records.Stored + records.Lost + records.Missing));
        using (html.In("svg", ("class", records.IsFinal ? "share" : "share open"), ("width", "100%"), ("height", "10"), ("role", "img"), ("aria-label", Text(records))))
        {
            html.Element("rect", null, ("class", "none"), ("width", "100%"), ("height", "10"), ("rx", "3"));
            var at = 0.0;
            at = Part(html, "stored", at, records.Stored, total);
            at = Part(html, "lost", at, records.Lost, total);
            Part(html, "missing", at, records.Missing, total);
        }
    }

    /// <summary>In words: "1 234 complete", "1 234 stored", "1 222 of 1 234, 12 missing".</summary>
    public static void WriteVerdict(HtmlWriter html, Completeness records)
    {
        if (records.Produced == 0 && records.Stored == 0)
        {
            html.Element("span", "none known", ("class", "dim"));
            return;
        }

        html.Element("span", Text(records), ("class", records.Missing > 0 ? "verdict missing" : records.IsWhole ? "verdict complete" : "verdict lost"));
    }

    public static string Text(Completeness records)
    {
        if (records.IsWhole)
        {
            return $"{Show.Number(records.Stored)} {(records.IsFinal ? "complete" : "stored")}";
        }

        if (records is { Lost: 0, Missing: 0 })
        {
            return $"{Show.Number(records.Stored)} stored, with losses";
        }

        var lost = records.Lost > 0 ? $", {Show.Number(records.Lost)} lost" : "";
        var missing = records.Missing > 0 ? $", {Show.Number(records.Missing)} missing" : "";
        return $"{Show.Number(records.Stored)} of {Show.Number(records.Produced)}{lost}{missing}";
    }

    private static double Part(HtmlWriter html, string css, double at, ulong count, ulong total)
    {
        if (count == 0)
        {
            return at;
        }

        // One record missing of a million has to be seen.
        var width = Math.Max(0.8, 100.0 * count / total);
        at = Math.Min(at, 100 - width);
        html.Element(
            "rect", null, ("class", css), ("x", Percent(at)), ("width", Percent(width)), ("height", "10"), ("rx", "2"));
        return at + width;
    }

    private static string Percent(double value) => value.ToString("0.##", CultureInfo.InvariantCulture) + "%";
}
