using Telemetry.Console.Html;

namespace Telemetry.Console.Pages;

/// <summary>A page ready to be written.</summary>
/// <param name="Title">For the window; may hold text from logs.</param>
/// <param name="Section">Path of the navigation entry that is current; "" is none.</param>
/// <param name="Body">Writes what stands below the navigation.</param>
internal sealed record PageView(string Title, string Section, Action<HtmlWriter> Body)
{
    public int Status { get; init; } = 200;

    /// <summary>The page's script; null for all that work without.</summary>
    public ConsoleAsset? Script { get; init; }
}
