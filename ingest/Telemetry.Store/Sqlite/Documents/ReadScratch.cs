namespace Telemetry.Store.Sqlite.Documents;

/// <summary>The buffers that one thread needs to answer a query; a few MB, used again by the next query.</summary>
internal sealed class ReadScratch
{
    /// <summary>Columns of a block that are held at the same time.</summary>
    public const int MaxColumns = 16;

    private readonly Stack<DocumentSet> _sets = new();
    private bool[] _flags = new bool[256];

    /// <summary>Columns to read into.</summary>
    public IReadOnlyList<Column> Columns { get; } = [.. Enumerable.Range(0, MaxColumns).Select(_ => new Column())];

    /// <summary>Directory of a term index.</summary>
    public ByteList Directory { get; } = new();

    /// <summary>Bucket of a term index.</summary>
    public ByteList Bucket { get; } = new();

    /// <summary>The word being read.</summary>
    public ByteList Word { get; } = new();

    /// <summary>Occurrences: document in the upper, place in the lower 32 bits.</summary>
    public Growing<long> Reached { get; set; } = new();

    /// <summary>Occurrences of the next word.</summary>
    public Growing<long> Next { get; set; } = new();

    /// <summary>An empty set; give it back.</summary>
    public DocumentSet RentSet()
    {
        if (_sets.TryPop(out var set))
        {
            set.Clear();
            return set;
        }

        return new DocumentSet();
    }

    public void Return(DocumentSet set) => _sets.Push(set);

    /// <summary>Flags, all false.</summary>
    public Span<bool> Flags(int count)
    {
        if (_flags.Length < count)
        {
            _flags = new bool[count];
        }

        var flags = _flags.AsSpan(0, count);
        flags.Clear();
        return flags;
    }
}
