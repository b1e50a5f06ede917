namespace Telemetry.Query;

/// <summary>Words that follow each other with nothing but separators between them: a phrase, or a single word.</summary>
public sealed record WordSequence(IReadOnlyList<WordPattern> Words)
{
    private readonly WordPattern[] _words = [.. Words];

    /// <summary>True when the words occur in the text, in order and next to each other.</summary>
    public bool OccursIn(ReadOnlySpan<byte> utf8)
    {
        // Shift-and: bit i of the state says that words 0..i end at the word just read. A query's length bounds the state.
        Span<ulong> state = stackalloc ulong[(_words.Length + 63) / 64];
        state.Clear();
        foreach (var word in TextAnalyzer.Words(utf8))
        {
            if (Advance(state, word))
            {
                return true;
            }
        }

        return false;
    }

    private bool Advance(Span<ulong> state, ReadOnlySpan<byte> word)
    {
        for (var i = _words.Length - 1; i >= 0; i--)
        {
            var reached = i == 0 || (state[(i - 1) / 64] >> ((i - 1) % 64) & 1) != 0;
            if (reached && _words[i].Matches(word))
            {
                state[i / 64] |= 1UL << (i % 64);
            }
            else
            {
                state[i / 64] &= ~(1UL << (i % 64));
            }
        }

        var last = _words.Length - 1;
        return (state[last / 64] >> (last % 64) & 1) != 0;
    }
}
