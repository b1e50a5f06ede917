namespace Telemetry.Store.Sqlite.Documents;

/// <summary>Values of one field in the block under construction. Any range of its documents can be written as a chunk.</summary>
internal abstract class ColumnBuilder(FieldName name)
{
    private readonly Growing<ushort> _documents = new();

    public FieldName Name { get; } = name;

    /// <summary>Number of the field in the partition; -1 until it is needed.</summary>
    public int FieldId { get; set; } = -1;

    /// <summary>True when it takes text, not numbers.</summary>
    public abstract bool IsText { get; }

    public bool IsEmpty => _documents.Count == 0;

    /// <summary>Adds one value of the last or a later document.</summary>
    public abstract void Add(int document, Document source, in DocumentField value);

    public virtual void Clear() => _documents.Clear();

    /// <summary>Writes the chunk of documents from..to-1; false when none of them has a value.</summary>
    public bool Encode(int from, int to, ChunkEncoder encoder)
    {
        var first = LowerBound(from);
        var end = LowerBound(to);
        if (first == end)
        {
            return false;
        }

        var output = encoder.Output;
        output.Clear();
        output.Add(0);
        output.AddVarint((ulong)(end - first));
        EncodePresence(_documents.Items[first..end], from, to, output);
        var kind = EncodeBody(first, end, encoder);
        output.Written[0] = kind;
        return true;
    }

    protected void AddValueOf(int document) => _documents.Add((ushort)document);

    /// <summary>Writes what follows the presence and returns the kind.</summary>
    protected abstract byte EncodeBody(int first, int end, ChunkEncoder encoder);

    private static void EncodePresence(ReadOnlySpan<ushort> documents, int from, int to, ByteList output)
    {
        var several = 0;
        for (var i = 1; i < documents.Length; i++)
        {
            several += documents[i] == documents[i - 1] ? 1 : 0;
        }

        if (several == 0 && documents.Length == to - from)
        {
            output.Add(ChunkFormat.EachOne);
            return;
        }

        output.Add(several == 0 ? ChunkFormat.SomeOne : ChunkFormat.SomeSeveral);
        var bits = output.Reserve((to - from + 7) / 8);
        bits.Clear();
        foreach (var document in documents)
        {
            bits[document - from >> 3] |= (byte)(1 << (document - from & 7));
        }

        if (several > 0)
        {
            EncodeCounts(documents, output);
        }
    }

    private static void EncodeCounts(ReadOnlySpan<ushort> documents, ByteList output)
    {
        var run = 0;
        for (var i = 1; i <= documents.Length; i++)
        {
            if (i < documents.Length && documents[i] == documents[i - 1])
            {
                run++;
                continue;
            }

            output.AddVarint((ulong)run);
            run = 0;
        }
    }

    private int LowerBound(int document)
    {
        var items = _documents.Items;
        if (document == 0)
        {
            return 0;
        }

        var (low, high) = (0, items.Length);
        while (low < high)
        {
            var middle = (low + high) / 2;
            if (items[middle] < document)
            {
                low = middle + 1;
            }
            else
            {
                high = middle;
            }
        }

        return low;
    }
}
