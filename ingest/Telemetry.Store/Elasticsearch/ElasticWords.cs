using System.Buffers;
using System.Security.Cryptography;
using System.Text;
using System.Text.Unicode;
using Telemetry.Query;

namespace Telemetry.Store.Elasticsearch;

/// <summary>
/// The words of a text field as they are indexed, so that a search finds what <see cref="KqlMatcher"/> matches: cut and folded
/// by <see cref="TextAnalyzer"/> here, joined by one space, and cut there by Elasticsearch's <c>whitespace</c> analyzer, which every
/// server has and which changes nothing. No tokenizer of Elasticsearch's cuts as <see cref="TextAnalyzer"/> does: it knows a
/// younger Unicode. Where its <c>standard</c> analyzer certainly cuts a text alike, the text's own index serves and no words are
/// sent: <see cref="AreNeeded"/>.
/// <code>
/// "message":"Disk full on /dev/sda1"      searched as it is
/// "message":"Disk full: a.b_c"            as it was; indexed for others
/// "telemetry.words.message":"disk full a b c"
/// </code>
/// A field with several values has as many strings of words: a hundred positions lie between them, so that no phrase spans two.
/// <para>The analyzer cuts words of more than 255 characters. One of more than 255 bytes is therefore indexed as its first
/// 200 bytes, or a few fewer at the edge of a character, and 32 hex digits of its SHA-256: exact words and beginnings up to there
/// are found, wildcards behind it are not.</para>
/// </summary>
internal static class ElasticWords
{
    /// <summary>Prefix of the fields that hold words, followed by the name of the text field.</summary>
    public const string Prefix = "telemetry.words.";

    /// <summary>The analyzer of those fields.</summary>
    public const string Analyzer = "whitespace";

    // The standard analyzer goes on over these between two letters or two digits, some of them only between the ones or the others.
    // An underscore is part of a word to it wherever it stands.
    private static readonly SearchValues<byte> Joining = SearchValues.Create(".,:;'"u8);
    private static readonly SearchValues<byte> Word = SearchValues.Create("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"u8);

    private const int MaxWordBytes = 255;
    private const int KeptBytes = 200;
    private const int HashBytes = 16;

    /// <summary>
    /// False for a text that the <c>standard</c> analyzer cuts as <see cref="TextAnalyzer"/> does: ASCII, no word that is too long,
    /// and nothing between two words that may join them to one.
    /// </summary>
    public static bool AreNeeded(ReadOnlySpan<byte> utf8)
    {
        if (!Ascii.IsValid(utf8) || utf8.Contains((byte)'_'))
        {
            return true;
        }

        while (utf8.IndexOfAny(Word) is var start and >= 0)
        {
            utf8 = utf8[start..];
            var length = utf8.IndexOfAnyExcept(Word) is var end and >= 0 ? end : utf8.Length;
            if (length > MaxWordBytes || (length + 1 < utf8.Length && Joining.Contains(utf8[length]) && Word.Contains(utf8[length + 1])))
            {
                return true;
            }

            utf8 = utf8[length..];
        }

        return false;
    }

    /// <summary>Room that <see cref="Write"/> needs.</summary>
    public static int MaxBytes(int textBytes) => 3 * textBytes;

    /// <summary>
    /// Writes the words of a text, valid UTF-8 that needs no escape in JSON; returns how many bytes. Text that is no UTF-8 is cut
    /// as it is, and what remains malformed within a word becomes U+FFFD. Does not allocate for well-formed text.
    /// </summary>
    public static int Write(ReadOnlySpan<byte> utf8, Span<byte> to)
    {
        var length = 0;
        foreach (var word in TextAnalyzer.Words(utf8))
        {
            if (length > 0)
            {
                to[length++] = (byte)' ';
            }

            length += WriteWord(word, to[length..]);
        }

        return length;
    }

    /// <summary>A whole word of a query as it is indexed.</summary>
    public static string Term(string word)
    {
        var utf8 = Encoding.UTF8.GetBytes(word);
        Span<byte> term = utf8.Length <= MaxWordBytes ? utf8 : Shortened(utf8);
        return Encoding.UTF8.GetString(term);
    }

    /// <summary>The beginning of a word of a query as far as it is indexed.</summary>
    public static string Beginning(string start)
    {
        var utf8 = Encoding.UTF8.GetBytes(start);
        return Encoding.UTF8.GetString(utf8.AsSpan(0, Kept(utf8)));
    }

    private static int WriteWord(ReadOnlySpan<byte> word, Span<byte> to)
    {
        if (word.Length > MaxWordBytes)
        {
            word = Shortened(word);
        }

        if (Utf8.IsValid(word))
        {
            word.CopyTo(to);
            return word.Length;
        }

        var length = 0;
        while (!word.IsEmpty)
        {
            Rune.DecodeFromUtf8(word, out var rune, out var consumed);
            length += rune.EncodeToUtf8(to[length..]);
            word = word[consumed..];
        }

        return length;
    }

    private static byte[] Shortened(ReadOnlySpan<byte> word)
    {
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(word, hash);
        var kept = Kept(word);
        var term = new byte[kept + HashBytes * 2];
        word[..kept].CopyTo(term);
        Convert.TryToHexStringLower(hash[..HashBytes], term.AsSpan(kept), out _);
        return term;
    }

    private static int Kept(ReadOnlySpan<byte> word)
    {
        if (word.Length <= KeptBytes)
        {
            return word.Length;
        }

        var kept = KeptBytes;
        while (kept > KeptBytes - 4 && (word[kept] & 0xC0) == 0x80)
        {
            kept--;
        }

        return kept;
    }
}
