namespace Telemetry.Store.Sqlite.State;

/// <summary>
/// Objects of the state that are in memory: all that changed since they were last saved, and the latest used of the rest, at
/// most <paramref name="limit"/>. Not thread-safe.
/// </summary>
internal sealed class WorkingSet<TKey, TValue>(int limit, Func<TKey, TValue> load)
    where TKey : notnull
    where TValue : class
{
    private readonly Dictionary<TKey, LinkedListNode<KeyValuePair<TKey, TValue>>> _byKey = [];
    private readonly LinkedList<KeyValuePair<TKey, TValue>> _byUse = new();
    private HashSet<TKey> _changed = [];
    private HashSet<TKey> _taken = [];

    public int Count => _byKey.Count;

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

    /// <summary>What changed since the last call; it stays in memory until <see cref="Saved"/>.</summary>
    public IEnumerable<KeyValuePair<TKey, TValue>> Take()
    {
        (_taken, _changed) = (_changed, []);
        foreach (var key in _taken)
        {
            yield return _byKey[key].Value;
        }
    }

    /// <summary>What was taken is in the file: it need not stay.</summary>
    public void Saved()
    {
        _taken.Clear();
        for (var node = _byUse.Last; node is not null && _byKey.Count > limit;)
        {
            var before = node.Previous;
            if (!_changed.Contains(node.Value.Key))
            {
                _byKey.Remove(node.Value.Key);
                _byUse.Remove(node);
            }

            node = before;
        }
    }

    /// <summary>Forgets all that need not stay.</summary>
    public void Clear()
    {
        foreach (var key in _byKey.Keys.Where(key => !_changed.Contains(key) && !_taken.Contains(key)).ToList())
        {
            _byUse.Remove(_byKey[key]);
            _byKey.Remove(key);
        }
    }
}
