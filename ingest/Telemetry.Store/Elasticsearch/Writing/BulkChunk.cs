using System.Text;
using Telemetry.Wire;

namespace Telemetry.Store.Elasticsearch.Writing;

/// <summary>
/// The documents of one request: filled under the pool's lock, then owned by one sender until the last one is settled. Used again.
/// </summary>
internal sealed class BulkChunk(int capacity)
{
    private const int IdEnd = 4;
    private readonly ByteBuffer _bytes = new(capacity);
    private BulkItem[] _items = new BulkItem[1024];

    /// <summary>Documents in it.</summary>
    public int Count { get; private set; }

    /// <summary>Bytes of them.</summary>
    public int Bytes => _bytes.Length;

    /// <summary>Bytes that it keeps allocated.</summary>
    public int Capacity => _bytes.Capacity;

    /// <summary>Bytes ever added; what the pool counts as held.</summary>
    public long Held { get; private set; }

    /// <summary>When the first document came, as a timestamp.</summary>
    public long Since { get; private set; }

    /// <summary>Newest backing indices known before the first attempt; null before it.</summary>
    public BackingIndex?[]? FirstAttempt { get; set; }

    /// <summary>Newest backing indices that were asked for what is in doubt.</summary>
    public BackingIndex?[] Checked { get; } = new BackingIndex?[DataStreamNames.Count];

    /// <summary>Indices that have documents of which the last answer said that they exist.</summary>
    public List<string> Existing { get; } = [];

    public Span<BulkItem> Items => _items.AsSpan(0, Count);

    /// <summary>Adds a document. Returns its bytes.</summary>
    public int Add(BulkEncoder encoder, Document document, in BulkItem origin, BackingIndex?[] marks, long now)
    {
        Since = Count == 0 ? now : Since;
        if (Count == _items.Length)
        {
            Array.Resize(ref _items, Count * 2);
        }

        ref var item = ref _items[Count++];
        item = origin;
        item.Start = _bytes.Length;
        item.Source = encoder.Append(_bytes, document, out item.Stream);
        item.End = _bytes.Length;
        (item.Record, item.MintedUnixUs) = (document.Record, document.MintedUnixUs);
        item.From = item.IsInDoubt ? marks[(int)item.Stream] : null;
        Held += item.End - item.Start;
        return item.End - item.Start;
    }

    /// <summary>The lines of some documents, as they are sent.</summary>
    public ReadOnlyMemory<byte> Lines(int from, int to) => _bytes.Slice(_items[from].Start, _items[to - 1].End);

    /// <summary><c>_id</c> of a document, as it stands in its action line.</summary>
    public ReadOnlySpan<byte> Id(int item) =>
        _bytes.Span.Slice(_items[item].Source - IdEnd - DocumentId.TextLength, DocumentId.TextLength);

    /// <summary>A copy of a document's source.</summary>
    public byte[] Source(int item) => _bytes.Span[_items[item].Source..(_items[item].End - 1)].ToArray();

    /// <summary>True when some may be stored already.</summary>
    public bool HasInDoubt()
    {
        foreach (ref readonly var item in (ReadOnlySpan<BulkItem>)Items)
        {
            if (item.IsInDoubt)
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>True when some may be stored twice.</summary>
    public bool HasUnchecked()
    {
        foreach (ref readonly var item in (ReadOnlySpan<BulkItem>)Items)
        {
            if (item.IsUnchecked)
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>Notes that a document is there already, in an index. It is in doubt until it is settled.</summary>
    public void NoteExisting(int index, ReadOnlySpan<byte> where)
    {
        Doubt(index);
        _items[index].Exists = true;
        foreach (var known in Existing)
        {
            if (Ascii.Equals(where, known))
            {
                return;
            }
        }

        Existing.Add(Encoding.UTF8.GetString(where));
    }

    /// <summary>Those that exist are to be sent again.</summary>
    public void ForgetExisting()
    {
        Existing.Clear();
        foreach (ref var item in Items)
        {
            item.Exists = false;
        }
    }

    /// <summary>Settles those that exist. Returns how many.</summary>
    public int SettleExisting()
    {
        var settled = 0;
        foreach (ref var item in Items)
        {
            if (item is { Exists: true, IsSettled: false })
            {
                item.IsSettled = true;
                item.Scope.Settle(1);
                settled++;
            }
        }

        ForgetExisting();
        return settled;
    }

    /// <summary>Cuts out what is settled, and what nobody waits for.</summary>
    public void Cut()
    {
        var (kept, length) = (0, 0);
        for (var i = 0; i < Count; i++)
        {
            ref var item = ref _items[i];
            // One that may have a second copy is looked after, whoever waits.
            if (item is { IsSettled: false, IsUnchecked: false } && item.Scope.IsAbandoned)
            {
                item.Scope.Settle(1);
                item.IsSettled = true;
            }

            if (item.IsSettled)
            {
                continue;
            }

            var shift = item.Start - length;
            _bytes.Move(item.Start, item.End, length);
            (item.Start, item.Source, item.End) = (length, item.Source - shift, item.End - shift);
            length = item.End;
            _items[kept++] = item;
        }

        _items.AsSpan(kept, Count - kept).Clear();
        Count = kept;
        _bytes.Truncate(length);
    }

    /// <summary>Those not settled may be stored: the connection ended before the answer.</summary>
    public void DoubtAll(int from, int to)
    {
        for (var i = from; i < to; i++)
        {
            Doubt(i);
        }
    }

    /// <summary>One that may be stored though the answer was an error.</summary>
    public void Doubt(int index)
    {
        ref var item = ref _items[index];
        if (!item.IsSettled && !item.IsInDoubt)
        {
            (item.IsInDoubt, item.From) = (true, FirstAttempt?[(int)item.Stream]);
        }
    }

    /// <summary>Those not settled never will be.</summary>
    public void Fail(IOException fault)
    {
        foreach (ref readonly var item in (ReadOnlySpan<BulkItem>)Items)
        {
            if (!item.IsSettled)
            {
                item.Scope.Fail(fault);
            }
        }
    }

    /// <summary>Refuses a document for good; the caller settles its scope.</summary>
    public void Refuse(int index, string reason)
    {
        ref var item = ref _items[index];
        item.IsSettled = true;
        item.Scope.Refuse(new RefusedDocument(
            DocumentId.From(item.Record, item.MintedUnixUs), item.Record, item.MintedUnixUs, item.Position, reason, Source(index)));
    }

    public void Clear()
    {
        _items.AsSpan(0, Count).Clear();
        Array.Clear(Checked);
        Existing.Clear();
        _bytes.Truncate(0);
        (Count, Held, FirstAttempt) = (0, 0, null);
    }
}
