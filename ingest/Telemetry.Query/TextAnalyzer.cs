namespace Telemetry.Query;

/// <summary>
/// Cuts text into lower-case words exactly as SQLite's FTS5 does with <c>unicode61 remove_diacritics 0</c>, so that what is
/// matched in memory is what is found in the index. Letters, digits, private use and unassigned characters make words; a
/// combining diacritic goes on with a word but does not begin one. A test compares every code point with SQLite itself.
/// </summary>
public static class TextAnalyzer
{
    /// <summary>Longest word, UTF-8 bytes; FTS5 cuts what is longer.</summary>
    public const int MaxWordBytes = 32768;

    /// <summary>Reads the words one by one: <c>foreach (var word in TextAnalyzer.Words(utf8))</c>.</summary>
    public static WordReader Words(ReadOnlySpan<byte> utf8) => new(utf8);

    // sqlite3Fts5UnicodeIsdiacritic
    internal static bool IsDiacritic(int code) => code is >= 768 and <= 817
        && (code < 800 ? 0x08029FDFu >> (code - 768) & 1 : 0x000361F8u >> (code - 800) & 1) != 0;
}
