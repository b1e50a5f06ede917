using System.Text;
using Telemetry.Query;

namespace Telemetry.Store.Sqlite.Documents;

/// <summary>A word as it is looked up: the bytes that it begins with and, when more has to be asked, the pattern.</summary>
internal sealed class TermQuery
{
    private readonly byte[] _prefix;
    private readonly PatternText? _pattern;

    public TermQuery(WordPattern word)
    {
        _prefix = Encoding.UTF8.GetBytes(word.Pieces[0]);
        IsExact = word.IsExact;
        _pattern = word.IsExact || word.IsPrefix ? null : new PatternText(word.Pieces);
    }

    /// <summary>What each word found begins with.</summary>
    public ReadOnlySpan<byte> Prefix => _prefix;

    /// <summary>True when only the word that is the prefix is meant.</summary>
    public bool IsExact { get; }

    /// <summary>Asks a word that begins with the prefix.</summary>
    public bool Matches(ReadOnlySpan<byte> word) =>
        IsExact ? word.Length == _prefix.Length : _pattern is null || _pattern.Matches(word);
}
