using System.Runtime.CompilerServices;
using Telemetry.Query;

namespace Telemetry.Store.Elasticsearch.Writing;

/// <summary>
/// Finds the key of a field name by its identity. Names that are equal but other objects (of several <see cref="LabelNames"/>, or
/// different broken UTF-8 that reads the same) share one key: Elasticsearch refuses a document with a key twice. Bounded; past
/// the limit it begins anew. Not thread-safe.
/// </summary>
internal sealed class JsonKeys
{
    private const int Limit = 1 << 15;
    private readonly Dictionary<string, JsonKey> _byText = new(StringComparer.Ordinal);
    private readonly Dictionary<string, JsonPlace> _places = new(StringComparer.Ordinal);
    private readonly List<JsonKey> _ranked = [];
    private (FieldName? Name, JsonKey Key)[] _slots = new (FieldName?, JsonKey)[512];
    private int _count;

    public JsonKeys() => AddCommon();

    /// <summary>The object of all free attributes.</summary>
    public JsonKey Labels { get; private set; } = null!;

    /// <summary>The names of all free attributes.</summary>
    public JsonKey LabelNames { get; private set; } = null!;

    public JsonKey Of(FieldName name)
    {
        var mask = _slots.Length - 1;
        for (var i = RuntimeHelpers.GetHashCode(name) & mask; ; i = (i + 1) & mask)
        {
            ref var slot = ref _slots[i];
            if (ReferenceEquals(slot.Name, name))
            {
                return slot.Key;
            }

            if (slot.Name is null)
            {
                return Add(name);
            }
        }
    }

    /// <summary>Forgets all, so that memory does not grow with the names ever seen. Only between documents.</summary>
    public void TrimIfLarge()
    {
        if (_count < Limit)
        {
            return;
        }

        _slots = new (FieldName?, JsonKey)[512];
        _byText.Clear();
        _places.Clear();
        _ranked.Clear();
        _count = 0;
        AddCommon();
    }

    private void AddCommon()
    {
        Labels = Ranked(JsonKeyKind.Labels, ElasticMappings.Labels);
        LabelNames = Ranked(JsonKeyKind.LabelNames, ElasticMappings.LabelNames);
    }

    private JsonKey Add(FieldName name)
    {
        var isLabel = name.Name.StartsWith(Fields.LabelPrefix, StringComparison.Ordinal);
        var utf8 = name.Utf8.Span[(isLabel ? Fields.LabelPrefix.Length : 0)..];
        // A flattened field joins key and value with NUL and refuses keys that hold one.
        var text = System.Text.Encoding.UTF8.GetString(utf8).Replace('\0', '\uFFFD');
        var shared = isLabel ? Fields.LabelPrefix + text : text;
        if (!_byText.TryGetValue(shared, out var key))
        {
            key = isLabel ? new JsonKey(JsonKeyKind.Label, shared, null, Quote(text), null)
                : Ranked(JsonKeyKind.Field, text, name.Type == FieldType.Text ? Ranked(JsonKeyKind.Words, ElasticWords.Prefix + text) : null);
            _byText.Add(shared, key);
        }

        if (++_count * 2 > _slots.Length)
        {
            Grow();
        }

        Put(name, key);
        return key;
    }

    private JsonKey Ranked(JsonKeyKind kind, string path, JsonKey? words = null)
    {
        var dot = path.LastIndexOf('.');
        var key = new JsonKey(kind, path, Place(dot < 0 ? "" : path[..dot]), Quote(path[(dot + 1)..]), words);
        _ranked.Add(key);
        _ranked.Sort(static (x, y) => DottedOrder.Compare(x.Path, y.Path));
        for (var i = 0; i < _ranked.Count; i++)
        {
            _ranked[i].Rank = i;
        }

        return key;
    }

    private JsonPlace? Place(string path)
    {
        if (path.Length == 0)
        {
            return null;
        }

        if (!_places.TryGetValue(path, out var place))
        {
            var dot = path.LastIndexOf('.');
            _places.Add(path, place = new JsonPlace(Place(dot < 0 ? "" : path[..dot]), [.. Quote(path[(dot + 1)..]), (byte)'{']));
        }

        return place;
    }

    private static byte[] Quote(string text)
    {
        var buffer = new ByteBuffer(64);
        buffer.Append((byte)'"');
        JsonEscape.Append(buffer, System.Text.Encoding.UTF8.GetBytes(text));
        buffer.Append("\":"u8);
        return buffer.Span.ToArray();
    }

    private void Grow()
    {
        var old = _slots;
        _slots = new (FieldName?, JsonKey)[old.Length * 2];
        foreach (var (name, key) in old)
        {
            if (name is not null)
            {
                Put(name, key);
            }
        }
    }

    private void Put(FieldName name, JsonKey key)
    {
        var mask = _slots.Length - 1;
        var i = RuntimeHelpers.GetHashCode(name) & mask;
        while (_slots[i].Name is not null)
        {
            i = (i + 1) & mask;
        }

        _slots[i] = (name, key);
    }
}
