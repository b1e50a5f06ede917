using System.Buffers.Binary;

namespace Telemetry.Store.Sqlite.Documents;

/// <summary>
/// Sorts the words of one field and block by word, document and place, and writes the directory and buckets of
/// <see cref="TermFormat"/>. Buffers are kept for the next. Not thread-safe.
/// </summary>
internal sealed class TermEncoder
{
    private readonly Growing<int> _ends = new();
    private readonly Growing<long> _occurrences = new();
    private readonly Growing<int> _sorted = new();
    private readonly Growing<ulong> _prefixes = new();
    private readonly ByteList _directory = new();
    private readonly ByteList _bucket = new();
    private readonly ByteList _postings = new();
    private readonly ByteList _output = new();
    private ByteDictionary _words = null!;

    public void Begin(ByteDictionary words)
    {
        _words = words;
        _ends.Resize(words.Count).Clear();
    }

    public void Count(ReadOnlySpan<int> tokens)
    {
        var counts = _ends.Items;
        foreach (var token in tokens)
        {
            counts[token]++;
        }
    }

    /// <summary>After all are counted: makes room for the occurrences of each word. False when there are none.</summary>
    public bool Arrange()
    {
        var total = 0;
        foreach (ref var end in _ends.Items)
        {
            (end, total) = (total, total + end);
        }

        _occurrences.Resize(total);
        return total > 0;
    }

    public void Place(ReadOnlySpan<int> tokens, int document, int place)
    {
        var ends = _ends.Items;
        var occurrences = _occurrences.Items;
        foreach (var token in tokens)
        {
            occurrences[ends[token]++] = (long)document << 32 | (uint)place++;
        }
    }

    /// <summary>Writes part 0 and the buckets through <paramref name="put"/>(part, bytes).</summary>
    public void Write(ITermSink sink)
    {
        Sort();
        _directory.Clear();
        var target = Math.Max(TermFormat.BucketBytes, _occurrences.Count * 8 / TermFormat.MaxBuckets);
        var buckets = 0;
        var at = 0;
        while (at < _sorted.Count)
        {
            var first = at;
            at = FillBucket(at, target, isLast: buckets == TermFormat.MaxBuckets - 1, out var words);
            _output.Clear();
            if (buckets == 0 && at == _sorted.Count)
            {
                _output.AddVarint(0);
            }

            _output.AddVarint((ulong)words);
            _output.Add(_bucket.Written);
            if (buckets == 0 && at == _sorted.Count)
            {
                sink.Put(0, _output.Written);
                return;
            }

            var word = _words[_sorted[first]];
            _directory.AddVarint((ulong)word.Length);
            _directory.Add(word);
            sink.Put(++buckets, _output.Written);
        }

        _output.Clear();
        _output.AddVarint((ulong)buckets);
        _output.Add(_directory.Written);
        sink.Put(0, _output.Written);
    }

    private int FillBucket(int at, int target, bool isLast, out int words)
    {
        _bucket.Clear();
        words = 0;
        ReadOnlySpan<byte> previous = [];
        while (at < _sorted.Count && (isLast || _bucket.Length < target))
        {
            var word = _words[_sorted[at]];
            EncodePostings(_sorted[at]);
            var shared = previous.CommonPrefixLength(word);
            _bucket.AddVarint((ulong)shared);
            _bucket.AddVarint((ulong)(word.Length - shared));
            _bucket.Add(word[shared..]);
            _bucket.AddVarint((ulong)_postings.Length);
            _bucket.Add(_postings.Written);
            previous = word;
            words++;
            at++;
        }

        return at;
    }

    private void EncodePostings(int word)
    {
        _postings.Clear();
        var start = word == 0 ? 0 : _ends[word - 1];
        var occurrences = _occurrences.Items[start.._ends[word]];
        var previous = 0L;
        var i = 0;
        while (i < occurrences.Length)
        {
            var document = occurrences[i] >> 32;
            var end = i + 1;
            while (end < occurrences.Length && occurrences[end] >> 32 == document)
            {
                end++;
            }

            if (end - i == 1)
            {
                _postings.AddVarint((ulong)(document - previous) * 2 + 1);
            }
            else
            {
                _postings.AddVarint((ulong)(document - previous) * 2);
                _postings.AddVarint((ulong)(end - i));
            }

            uint place = 0;
            for (; i < end; i++)
            {
                _postings.AddVarint((uint)occurrences[i] - place);
                place = (uint)occurrences[i];
            }

            previous = document;
        }
    }

    // By the first eight bytes as a number, then whole words where those are equal.
    private void Sort()
    {
        _sorted.Clear();
        _prefixes.Clear();
        var previous = 0;
        for (var word = 0; word < _ends.Count; word++)
        {
            if (_ends[word] > previous)
            {
                _sorted.Add(word);
                _prefixes.Add(Prefix(_words[word]));
            }

            previous = _ends[word];
        }

        _prefixes.Items.Sort(_sorted.Items);
        var prefixes = _prefixes.Items;
        var first = 0;
        for (var i = 1; i <= prefixes.Length; i++)
        {
            if (i < prefixes.Length && prefixes[i] == prefixes[first])
            {
                continue;
            }

            if (i - first > 1)
            {
                _sorted.Items[first..i].Sort(new ByWord(_words));
            }

            first = i;
        }
    }

    private static ulong Prefix(ReadOnlySpan<byte> word)
    {
        if (word.Length >= 8)
        {
            return BinaryPrimitives.ReadUInt64BigEndian(word);
        }

        ulong prefix = 0;
        for (var i = 0; i < word.Length; i++)
        {
            prefix |= (ulong)word[i] << 56 - 8 * i;
        }

        return prefix;
    }

    private readonly struct ByWord(ByteDictionary words) : IComparer<int>
    {
        public int Compare(int x, int y) => words[x].SequenceCompareTo(words[y]);
    }
}

/// <summary>Takes the parts of a term index.</summary>
internal interface ITermSink
{
    /// <summary>Stores one part; the bytes are valid during the call.</summary>
    void Put(int part, ReadOnlySpan<byte> bytes);
}
