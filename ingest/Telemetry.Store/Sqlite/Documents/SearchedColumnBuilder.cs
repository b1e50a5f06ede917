using Telemetry.Query;

namespace Telemetry.Store.Sqlite.Documents;

/// <summary>A text column with the words of its values.</summary>
internal sealed class SearchedColumnBuilder(FieldName name) : TextColumnBuilder(name)
{
    private readonly ByteDictionary _words = new();

    // One entry per place: the word's number; and, per value, its document, the place of its first word and where its words end.
    private readonly Growing<int> _tokens = new();
    private readonly Growing<ValueWords> _values = new();
    private int _lastDocument = -1;
    private int _nextPlace;

    public override void Add(int document, ReadOnlySpan<byte> utf8)
    {
        base.Add(document, utf8);
        _nextPlace = document == _lastDocument ? _nextPlace + 1 : 0;
        _lastDocument = document;
        var firstPlace = _nextPlace;
        foreach (var word in TextAnalyzer.Words(utf8))
        {
            _tokens.Add(_words.GetOrAdd(word));
            _nextPlace++;
        }

        _values.Add(new ValueWords((ushort)document, firstPlace, _tokens.Count));
    }

    public override void Clear()
    {
        base.Clear();
        _words.Clear();
        _tokens.Clear();
        _values.Clear();
        _lastDocument = -1;
    }

    /// <summary>Gives the words of documents from..to-1 to the encoder; false when there are none.</summary>
    public bool CollectTerms(int from, int to, TermEncoder encoder)
    {
        encoder.Begin(_words);
        var start = 0;
        foreach (var value in _values.Items)
        {
            if (value.Document >= from && value.Document < to)
            {
                encoder.Count(_tokens.Items[start..value.End]);
            }

            start = value.End;
        }

        if (!encoder.Arrange())
        {
            return false;
        }

        start = 0;
        foreach (var value in _values.Items)
        {
            if (value.Document >= from && value.Document < to)
            {
                encoder.Place(_tokens.Items[start..value.End], value.Document - from, value.FirstPlace);
            }

            start = value.End;
        }

        return true;
    }

    private readonly record struct ValueWords(ushort Document, int FirstPlace, int End);
}
