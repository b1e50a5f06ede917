using System.Text;

namespace Telemetry.Query;

/// <summary>
/// One word of a text as <see cref="TextAnalyzer"/> gives it, lower-case; with more than one piece, any characters of the word
/// stand between them: ["conn", ""] is <c>conn*</c>, and ["", ""] any word.
/// </summary>
public sealed record WordPattern(IReadOnlyList<string> Pieces)
{
    private readonly byte[][] _utf8 = [.. Pieces.Select(Encoding.UTF8.GetBytes)];

    /// <summary>True when it is one word without wildcards.</summary>
    public bool IsExact => Pieces.Count == 1;

    /// <summary>True when it is the beginning of a word: <c>conn*</c>.</summary>
    public bool IsPrefix => Pieces.Count == 2 && Pieces[0].Length > 0 && Pieces[1].Length == 0;

    internal bool Matches(ReadOnlySpan<byte> word) => WildcardPattern.Matches(word, _utf8);
}
