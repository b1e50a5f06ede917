using System.Runtime.CompilerServices;

namespace Telemetry.Cli.Client;

/// <summary>Reads the event stream format (HTML Standard §9.2.6).</summary>
internal static class ServerSentEvents
{
    public static async IAsyncEnumerable<ServerSentEvent> ReadAsync(
        TextReader reader, [EnumeratorCancellation] CancellationToken cancel)
    {
        var type = "message";
        var data = new List<string>();
        while (await reader.ReadLineAsync(cancel) is { } line)
        {
            if (line.Length == 0)
            {
                if (data.Count > 0)
                {
                    yield return new ServerSentEvent(type, string.Join('\n', data));
                }

                type = "message";
                data.Clear();
                continue;
            }

            var (field, value) = Split(line);
            if (field == "data")
            {
                data.Add(value);
            }
            else if (field == "event")
            {
                type = value;
            }
        }
    }

    // A line that begins with a colon is a comment, its field name is empty; one blank after the colon is not the value's.
    private static (string Field, string Value) Split(string line)
    {
        var colon = line.IndexOf(':');
        return colon < 0
            ? (line, "")
            : (line[..colon], line[(colon + 1)..] is [' ', .. var rest] ? rest : line[(colon + 1)..]);
    }
}
