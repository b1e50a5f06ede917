using System.Globalization;

namespace Telemetry.Cli.Demo;

/// <summary>Tells on standard output what happens to the fleet: "11:52:07  api-2     throws …". Safe for concurrent use.</summary>
internal sealed class Narrator(TextWriter output, bool color, TimeProvider time)
{
    private const int NameWidth = 10;
    private const int IndentWidth = 10 + NameWidth;

    private readonly Lock _gate = new();

    /// <summary>One thing that happens to one server.</summary>
    /// <param name="server">Its name; "" is the whole fleet.</param>
    /// <param name="happens">What happens, in the present tense.</param>
    /// <param name="see">Where to look; null is nowhere in particular.</param>
    public void Tell(string server, string happens, string? see = null)
    {
        lock (_gate)
        {
            output.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $"{Dim($"{time.GetUtcNow():HH:mm:ss}")}  {Bold(server.PadRight(NameWidth))}{happens}"));
            if (see is not null)
            {
                output.WriteLine($"{new string(' ', IndentWidth)}{Dim(see)}");
            }

            output.Flush();
        }
    }

    private string Dim(string text) => color ? $"\e[2m{text}\e[0m" : text;

    private string Bold(string text) => color ? $"\e[1m{text}\e[0m" : text;
}
