namespace Telemetry.Query;

/// <summary>Why a text is no query.</summary>
/// <param name="Position">Where, a 0-based index into the query's UTF-16 characters; its length when the end is at fault.</param>
/// <param name="Expected">What could have stood there, as a noun phrase: "a value".</param>
/// <param name="Message">One sentence for people.</param>
public sealed record KqlSyntaxError(int Position, string Expected, string Message)
{
    /// <summary>
    /// Two lines for a fixed-width font: the line of <paramref name="query"/> that is at fault, and a caret under the
    /// position. Every control character is shown as a space, so that the caret stays below its character.
    /// </summary>
    public string Point(string query)
    {
        ArgumentNullException.ThrowIfNull(query);
        var position = Math.Clamp(Position, 0, query.Length);
        var start = position == 0 ? 0 : query.LastIndexOf('\n', position - 1) + 1;
        var end = query.IndexOf('\n', position);
        var line = query[start..(end < 0 ? query.Length : end)];
        var shown = string.Create(line.Length, line, static (span, source) =>
        {
            for (var i = 0; i < span.Length; i++)
            {
                span[i] = char.IsControl(source[i]) ? ' ' : source[i];
            }
        });
        return $"{shown}\n{new string(' ', position - start)}^";
    }
}
