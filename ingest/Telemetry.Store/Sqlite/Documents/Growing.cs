namespace Telemetry.Store.Sqlite.Documents;

/// <summary>A list whose items are a span. Keeps its memory when cleared.</summary>
internal sealed class Growing<T>
    where T : unmanaged
{
    private T[] _items = [];

    public int Count { get; private set; }

    public Span<T> Items => _items.AsSpan(0, Count);

    public T this[int index] => _items[index];

    public void Add(T item)
    {
        if (Count == _items.Length)
        {
            Array.Resize(ref _items, Math.Max(16, Count * 2));
        }

        _items[Count++] = item;
    }

    public void Clear() => Count = 0;

    public void Truncate(int count) => Count = count;

    /// <summary>Sets the count and gives the items, whose content is not defined.</summary>
    public Span<T> Resize(int count)
    {
        if (_items.Length < count)
        {
            _items = new T[Math.Max(16, (int)System.Numerics.BitOperations.RoundUpToPowerOf2((uint)count))];
        }

        Count = count;
        return Items;
    }
}
