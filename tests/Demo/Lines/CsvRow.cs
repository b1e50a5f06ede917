using System.Text;

namespace Telemetry.Demo.Lines;

/// <summary>One line of comma-separated values, quoted as RFC 4180 says; no value holds a line feed.</summary>
internal static class CsvRow
{
    public static string[] Split(string line)
    {
        var values = new List<string>();
        var value = new StringBuilder();
        var quoted = false;
        for (var i = 0; i < line.Length; i++)
        {
            switch (line[i])
            {
                case '"' when quoted && i + 1 < line.Length && line[i + 1] == '"':
                    value.Append(line[i++]);
                    break;
                case '"':
                    quoted = !quoted;
                    break;
                case ',' when !quoted:
                    values.Add(value.ToString());
                    value.Clear();
                    break;
                default:
                    value.Append(line[i]);
                    break;
            }
        }

        values.Add(value.ToString());
        return [.. values];
    }
}
