using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace Telemetry.Benchmarks;

/// <summary>Prints a table for people and, last, one JSON line for programs.</summary>
internal static class Report
{
    private static readonly JsonWriterOptions Options = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static int Print(string bench, IReadOnlyList<Figure> figures)
    {
        Console.WriteLine();
        Row("figure", "value", "unit", "bound", "met", "n", "peer", "peer value", "ratio");
        foreach (var f in figures)
        {
            Row(f.Name, Number(f.Value), f.Unit, (f.HigherIsBetter ? "≥ " : "≤ ") + Number(f.Bound), f.Met ? "yes" : "NO",
                f.Samples.ToString(CultureInfo.InvariantCulture), f.Peer, f.PeerValue is { } p ? Number(p) : "-",
                f.Ratio is { } r ? r.ToString("0.00", CultureInfo.InvariantCulture) + "x" : "-");
        }

        Console.WriteLine();
        Console.WriteLine(Json(bench, figures));
        return figures.All(f => f.Met) ? 0 : 1;
    }

    private static void Row(params string[] cells)
    {
        int[] widths = [24, 12, 14, 12, 4, 8, 56, 12, 8];
        Console.WriteLine(string.Concat(cells.Zip(widths, (cell, width) => cell.PadRight(width) + " ")).TrimEnd());
    }

    private static string Number(double value) =>
        value.ToString(Math.Abs(value) >= 100 ? "#,0" : "0.###", CultureInfo.InvariantCulture);

    private static string Json(string bench, IReadOnlyList<Figure> figures)
    {
        using var buffer = new MemoryStream();
        using (var json = new Utf8JsonWriter(buffer, Options))
        {
            json.WriteStartObject();
            json.WriteString("bench", bench);
            json.WriteStartArray("figures");
            foreach (var figure in figures)
            {
                Write(json, figure);
            }

            json.WriteEndArray();
            json.WriteEndObject();
        }

        return System.Text.Encoding.UTF8.GetString(buffer.ToArray());
    }

    private static void Write(Utf8JsonWriter json, Figure figure)
    {
        json.WriteStartObject();
        json.WriteString("name", figure.Name);
        json.WriteNumber("value", Math.Round(figure.Value, 3));
        json.WriteString("unit", figure.Unit);
        json.WriteNumber("bound", figure.Bound);
        json.WriteString("better", figure.HigherIsBetter ? "higher" : "lower");
        json.WriteNumber("samples", figure.Samples);
        json.WriteString("peer", figure.Peer);
        if (figure.PeerValue is { } value)
        {
            json.WriteNumber("peer_value", Math.Round(value, 3));
        }
        else
        {
            json.WriteNull("peer_value");
        }

        json.WriteEndObject();
    }
}
