using System.Globalization;

namespace Telemetry.Benchmarks.Engines;

/// <summary>Cost as work grows along one axis: a table and a plot of bars.</summary>
internal static class Growth
{
    private const int Width = 50;

    public static void Print(string title, string axis, string unit, IReadOnlyList<(string At, double Value)> points)
    {
        var greatest = points.Max(p => p.Value);
        Console.WriteLine($"\n{title}, {unit} by {axis}");
        foreach (var (at, value) in points)
        {
            var bar = new string('#', greatest <= 0 ? 0 : (int)Math.Round(Width * value / greatest));
            Console.WriteLine($"  {at,12} {value.ToString("#,0.##", CultureInfo.InvariantCulture),12} {bar}");
        }
    }
}
