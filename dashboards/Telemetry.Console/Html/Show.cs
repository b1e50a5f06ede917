using System.Globalization;
using Telemetry.Store;

namespace Telemetry.Console.Html;

/// <summary>Numbers, times and sizes as people read them. All times are UTC and say so in their title.</summary>
internal static class Show
{
    private static readonly string[] ByteUnits = ["B", "KiB", "MiB", "GiB", "TiB", "PiB"];

    public static string Number(ulong number) => number.ToString("#,0", CultureInfo.InvariantCulture).Replace(',', '\u2009');

    public static string Number(long number) => number < 0 ? number.ToString(CultureInfo.InvariantCulture) : Number((ulong)number);

    public static string Plural(long count, string one, string many) => $"{Number(count)} {(count == 1 ? one : many)}";

    public static string Bytes(double bytes)
    {
        var unit = 0;
        while (bytes >= 1024 && unit < ByteUnits.Length - 1)
        {
            bytes /= 1024;
            unit++;
        }

        var digits = unit == 0 || bytes >= 100 ? "0" : "0.0";
        return bytes.ToString(digits, CultureInfo.InvariantCulture) + " " + ByteUnits[unit];
    }

    /// <summary>The two largest units: "3 h 12 min".</summary>
    public static string Duration(double microseconds)
    {
        var span = TimeSpan.FromMicroseconds(Math.Clamp(microseconds, 0, 1e17));
        return span switch
        {
            { TotalMilliseconds: < 1000 } => string.Create(CultureInfo.InvariantCulture, $"{span.TotalMilliseconds:0} ms"),
            { TotalSeconds: < 10 } => string.Create(CultureInfo.InvariantCulture, $"{span.TotalSeconds:0.0} s"),
            { TotalMinutes: < 1 } => string.Create(CultureInfo.InvariantCulture, $"{span.Seconds} s"),
            { TotalHours: < 1 } => Two(span.Minutes, "min", span.Seconds, "s"),
            { TotalDays: < 1 } => Two(span.Hours, "h", span.Minutes, "min"),
            _ => Two(span.Days, "d", span.Hours, "h"),
        };
    }

    /// <summary>"5 min ago"; "in 2 s" for what a fast clock wrote.</summary>
    public static string Age(long unixUs, long nowUnixUs)
    {
        var age = nowUnixUs - unixUs;
        if (Math.Abs(age) < 1_500_000)
        {
            return "just now";
        }

        var span = TimeSpan.FromMicroseconds(Math.Abs(age));
        var text = span switch
        {
            { TotalMinutes: < 2 } => $"{(int)span.TotalSeconds} s",
            { TotalHours: < 2 } => $"{(int)span.TotalMinutes} min",
            { TotalDays: < 2 } => $"{(int)span.TotalHours} h",
            _ => $"{(int)span.TotalDays} d",
        };
        return age > 0 ? text + " ago" : "in " + text;
    }

    /// <summary>"11:05:58.123".</summary>
    public static string Clock(long unixUs) => At(unixUs).ToString("HH:mm:ss.fff", CultureInfo.InvariantCulture);

    /// <summary>"2026-11-22 11:05:58".</summary>
    public static string Moment(long unixUs) => At(unixUs).ToString("yyyy-MM-dd HH:mm:ss", CultureInfo.InvariantCulture);

    /// <summary>"Sunday, 22 November 2026".</summary>
    public static string Day(long unixUs) => At(unixUs).ToString("dddd, d MMMM yyyy", CultureInfo.InvariantCulture);

    /// <summary>"2026-11-22 11:05:58.123456 UTC".</summary>
    public static string Exactly(long unixUs) => At(unixUs).ToString("yyyy-MM-dd HH:mm:ss.ffffff", CultureInfo.InvariantCulture) + " UTC";

    public static DateTime At(long unixUs) => DateTime.UnixEpoch.AddTicks(
        Math.Clamp(unixUs, -62_135_596_800_000_000, 253_402_300_799_000_000) * 10);

    /// <summary>A <c>time</c> element with the given text; the title has the whole of it with its zone.</summary>
    public static void Time(HtmlWriter html, long unixUs, string text, string? css = null) => html.Element(
        "time", text, ("datetime", Rfc3339.Format(unixUs)), ("title", Exactly(unixUs)), ("class", css));

    /// <summary>"5 min ago" as a <c>time</c> element.</summary>
    public static void Ago(HtmlWriter html, long unixUs, long nowUnixUs) => Time(html, unixUs, Age(unixUs, nowUnixUs));

    private static string Two(int large, string largeUnit, int small, string smallUnit) =>
        small == 0 ? $"{large} {largeUnit}" : $"{large} {largeUnit} {small} {smallUnit}";
}
