using System.Globalization;
using Telemetry.Autopsy;
using Telemetry.Console.Html;

namespace Telemetry.Console.Pages;

/// <summary>The last heartbeat: what the server said of itself before it fell silent.</summary>
internal static class VitalsCards
{
    private static readonly (string Name, string Label)[] Plain =
    [
        ("load1", "load, 1 min"), ("cpu_pressure", "CPU pressure"), ("memory_pressure", "memory pressure"),
        ("io_pressure", "I/O pressure"), ("oom_kills", "OOM kills"), ("processes", "processes"), ("uptime_seconds", "uptime"),
        ("spool_bytes", "spool, unacknowledged"), ("oldest_unacked_ms", "oldest unacknowledged"),
    ];

    public static void Write(HtmlWriter html, Lifetime lifetime)
    {
        var vitals = lifetime.Vitals;
        using (html.In("div", ("class", "cards")))
        {
            Share(html, "memory used", vitals, "memory_total_bytes", total => total - vitals.GetValueOrDefault("memory_available_bytes"));
            Share(html, "disk used", vitals, "disk_total_bytes", total => total - vitals.GetValueOrDefault("disk_free_bytes"));
            if (vitals.TryGetValue("descriptors_used", out var used) && vitals.TryGetValue("descriptors_max", out var max))
            {
                Card(html, "descriptors", Show.Number((long)used), used / max, $"of {Compact(max)}");
            }

            foreach (var (name, label) in Plain)
            {
                if (vitals.TryGetValue(name, out var value))
                {
                    WritePlain(html, name, label, value);
                }
            }

            foreach (var (name, value) in vitals.OrderBy(v => v.Key, StringComparer.Ordinal).Where(v => !IsKnown(v.Key)))
            {
                Card(html, name, value.ToString("0.###", CultureInfo.InvariantCulture), null, "");
            }
        }
    }

    private static void WritePlain(HtmlWriter html, string name, string label, double value)
    {
        var isShare = name.EndsWith("_pressure", StringComparison.Ordinal);
        var text = name switch
        {
            "uptime_seconds" => Show.Duration(value * 1e6),
            "oldest_unacked_ms" => Show.Duration(value * 1e3),
            _ when name.EndsWith("_bytes", StringComparison.Ordinal) => Show.Bytes(value),
            _ when isShare => value.ToString("0.#", CultureInfo.InvariantCulture) + " %",
            _ => value.ToString("0.##", CultureInfo.InvariantCulture),
        };
        Card(html, label, text, isShare ? value / 100 : null, "");
    }

    private static void Share(
        HtmlWriter html, string label, IReadOnlyDictionary<string, double> vitals, string totalName, Func<double, double> usedOf)
    {
        if (vitals.TryGetValue(totalName, out var total) && total > 0)
        {
            var used = usedOf(total);
            Card(
                html, label, (used / total).ToString("0 %", CultureInfo.InvariantCulture), used / total,
                $"{Show.Bytes(used)} of {Show.Bytes(total)}");
        }
    }

    private static void Card(HtmlWriter html, string label, string value, double? share, string detail)
    {
        using (html.In("div", ("class", share > 0.9 ? "card high" : "card")))
        {
            html.Element("span", label, ("class", "dim"));
            html.Element("strong", value);
            html.Element("span", detail, ("class", "detail"));
            if (share is { } part)
            {
                using (html.In("svg", ("class", "share"), ("width", "100%"), ("height", "5"), ("aria-hidden", "true")))
                {
                    html.Element("rect", null, ("class", "none"), ("width", "100%"), ("height", "5"), ("rx", "2.5"));
                    html.Element(
                        "rect", null, ("class", "used"), ("height", "5"), ("rx", "2.5"),
                        ("width", (Math.Clamp(part, 0, 1) * 100).ToString("0.#", CultureInfo.InvariantCulture) + "%"));
                }
            }
        }
    }

    private static string Compact(double value) => value >= 1e12 ? "no limit" : Show.Number((long)value);

    private static bool IsKnown(string name) =>
        Array.Exists(Plain, p => p.Name == name)
        || name is "memory_total_bytes" or "memory_available_bytes" or "disk_total_bytes" or "disk_free_bytes" or "descriptors_used"
            or "descriptors_max";
}
