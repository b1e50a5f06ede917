using System.Numerics;

namespace Telemetry.Store.Sqlite.Documents;

/// <summary>Documents of one block as bits.</summary>
internal sealed class DocumentSet
{
    private readonly ulong[] _words = new ulong[BlockLimits.MaxDocuments / 64];

    public bool this[int document]
    {
        get => (_words[document >> 6] >> document & 1) != 0;
    }

    public Span<ulong> Words => _words;

    public bool IsEmpty => !_words.AsSpan().ContainsAnyExcept(0UL);

    public int Count
    {
        get
        {
            var count = 0;
            foreach (var word in _words)
            {
                count += BitOperations.PopCount(word);
            }

            return count;
        }
    }

    public void Add(int document) => _words[document >> 6] |= 1UL << document;

    public void Remove(int document) => _words[document >> 6] &= ~(1UL << document);

    public void Clear() => Array.Clear(_words);

    /// <summary>Becomes the documents 0..count-1.</summary>
    public void Fill(int count)
    {
        Array.Clear(_words);
        _words.AsSpan(0, count >> 6).Fill(ulong.MaxValue);
        if ((count & 63) != 0)
        {
            _words[count >> 6] = (1UL << count) - 1;
        }
    }

    public void And(DocumentSet other)
    {
        for (var i = 0; i < _words.Length; i++)
        {
            _words[i] &= other._words[i];
        }
    }

    public void Or(DocumentSet other)
    {
        for (var i = 0; i < _words.Length; i++)
        {
            _words[i] |= other._words[i];
        }
    }

    /// <summary>Becomes what is in neither it nor beyond <paramref name="count"/>.</summary>
    public void Not(int count)
    {
        for (var i = 0; i < _words.Length; i++)
        {
            _words[i] = ~_words[i];
        }

        var first = count >> 6;
        if (first < _words.Length)
        {
            _words[first] &= (1UL << count) - 1;
            _words.AsSpan(first + 1).Clear();
        }
    }
}
