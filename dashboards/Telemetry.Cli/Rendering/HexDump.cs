using System.Globalization;
using System.Text;

namespace Telemetry.Cli.Rendering;

/// <summary>Bytes for people: "00000010  74 65 78 74 …  |text…|", 16 a line.</summary>
internal static class HexDump
{
    private const int Width = 16;

    public static void Write(TextWriter output, ReadOnlySpan<byte> bytes)
    {
        var line = new StringBuilder(80);
        for (var at = 0; at < bytes.Length; at += Width)
        {
            var row = bytes.Slice(at, Math.Min(Width, bytes.Length - at));
            line.Clear().Append(CultureInfo.InvariantCulture, $"{at:x8}  ");
            for (var i = 0; i < Width; i++)
            {
                _ = i < row.Length ? line.Append(CultureInfo.InvariantCulture, $"{row[i]:x2} ") : line.Append("   ");
            }

            line.Append(" |");
            foreach (var value in row)
            {
                line.Append(value is >= 0x20 and < 0x7f ? (char)value : '.');
            }

            output.WriteLine(line.Append('|').ToString());
        }
    }
}
