namespace Telemetry.Store.Sqlite.State;

/// <summary>
/// Objects of the state that are in memory: all that changed since the last commit, and the latest used of the rest, at
/// most <paramref name="limit"/>. Not thread-safe.
/// </summary>
internal sealed class WorkingSet<TKey, TValue>(int limit, Func<TKey, TValue> load)
    where TKey : notnull
    where TValue : class
{
    private readonly Dictionary<TKey, LinkedListNode<KeyValuePair<TKey, TValue>>> _byKey = [];
    private readonly LinkedList<KeyValuePair<TKey, TValue>> _byUse = new();
    private readonly HashSet<TKey> _changed = [];

    public int Count => _byKey.Count;

    /// <summary>What a commit has to write.</summary>
    public IEnumerable<KeyValuePair<TKey, TValue>> Changed
    {
        get
        {
            foreach (var key in _changed)
            {
                yield return _byKey[key].Value;
            }
        }
    }

    public TValue Get(TKey key)
    {
        if (_byKey.TryGetValue(key, out var node))
        {
            if (_byUse.First != node)
            {
                _byUse.Remove(node);
                _byUse.AddFirst(node);
            }

            return node.Value.Value;
        }

        var value = load(key);
        _byKey.Add(key, _byUse.AddFirst(new KeyValuePair<TKey, TValue>(key, value)));
        return value;
    }

    public TValue Change(TKey key)
    {
        var value = Get(key);
        _changed.Add(key);
        return value;
    }

    /// <summary>Everything is written: nothing has to stay.</summary>
    public void Saved()
    {
        _changed.Clear();
        while (_byKey.Count > limit)
        {
            _byKey.Remove(_byUse.Last!.Value.Key);
            _byUse.RemoveLast();
        }
    }

    public void Clear()
    {
        _byKey.Clear();
        _byUse.Clear();
        _changed.Clear();
    }
}
