using System.Text;

namespace Telemetry.Query;

/// <summary>Some of the sequences occurs in the text; at least one.</summary>
public sealed record WordsTest(IReadOnlyList<WordSequence> AnyOf) : ValueTest
{
    /// <inheritdoc/>
    public override bool Matches(ReadOnlySpan<byte> utf8)
    {
        for (var i = 0; i < AnyOf.Count; i++)
        {
            if (AnyOf[i].OccursIn(utf8))
            {
                return true;
            }
        }

        return false;
    }

    internal static ValueTest Create(KqlValue value)
    {
        IEnumerable<IReadOnlyList<string>> chunks = value.Quoted ? [[value.Text]] : Chunks(value);
        var sequences = chunks.Select(Analyse).Where(words => words.Count > 0).Select(words => new WordSequence(words));
        return sequences.ToArray() is { Length: > 0 } anyOf ? new WordsTest(anyOf) : new NoValue();
    }

    // "disk fu* soon" is cut at spaces into "disk", "fu" "", "soon"; within each, pieces stand between wildcards.
    private static IEnumerable<IReadOnlyList<string>> Chunks(KqlValue value)
    {
        List<string> chunk = [];
        foreach (var piece in value.Pattern ?? [value.Text])
        {
            var words = piece.Split((char[]?)null);
            chunk.Add(words[0]);
            foreach (var word in words.Skip(1))
            {
                yield return chunk;
                chunk = [word];
            }
        }

        yield return chunk;
    }

    private static List<WordPattern> Analyse(IReadOnlyList<string> chunk)
    {
        // Several wildcards in a row are one.
        List<string> pieces = [.. chunk.Where((piece, i) => piece.Length > 0 || i == 0 || i == chunk.Count - 1)];
        List<List<string>> words = [];
        for (var i = 0; i < pieces.Count; i++)
        {
            var utf8 = Encoding.UTF8.GetBytes(pieces[i]);
            var reader = TextAnalyzer.Words(utf8);
            var afterWildcard = i > 0;
            var end = -1;
            while (reader.MoveNext())
            {
                var word = Encoding.UTF8.GetString(reader.Current);
                if (afterWildcard && reader.Start == 0)
                {
                    words[^1].Add(word);
                }
                else
                {
                    CloseWildcard(words, afterWildcard);
                    words.Add([word]);
                }

                afterWildcard = false;
                end = reader.End;
            }

            reader.Dispose();
            CloseWildcard(words, afterWildcard);
            if (i < pieces.Count - 1 && end != utf8.Length)
            {
                words.Add([""]);
            }
        }

        // A wildcard on its own is any word between two others and nothing at an end: "10.0.*.1", "web-*".
        static bool IsWord(List<string> word) => word.Exists(piece => piece.Length > 0);
        var last = words.FindLastIndex(IsWord);
        return [.. words.Take(last + 1).SkipWhile(word => !IsWord(word)).Select(word => new WordPattern(word))];
    }

    private static void CloseWildcard(List<List<string>> words, bool isOpen)
    {
        if (isOpen)
        {
            words[^1].Add("");
        }
    }
}
