namespace Telemetry.Store.Elasticsearch.Writing;

/// <summary>Where a field's values stand in JSON, and where they are in the document at hand.</summary>
internal sealed class JsonKey(JsonKeyKind kind, string path, JsonPlace? place, byte[] quoted, JsonKey? words)
{
    public JsonKeyKind Kind { get; } = kind;

    /// <summary>The dotted name.</summary>
    public string Path { get; } = path;

    /// <summary>The object that it stands in; null is the source itself.</summary>
    public JsonPlace? Place { get; } = place;

    /// <summary>The last part of the name in quotes and a colon; of a label, the whole name without the prefix.</summary>
    public byte[] Quoted { get; } = quoted;

    /// <summary>The key of the words of this text; null when it is none.</summary>
    public JsonKey? Words { get; } = words;

    /// <summary>Place in the order of all keys, by which those of one object stand together. May change with each new key.</summary>
    public int Rank { get; set; }

    /// <summary>The document that <see cref="First"/> and <see cref="Last"/> are of.</summary>
    public int Generation { get; set; }

    /// <summary>Index of the first value.</summary>
    public short First { get; set; }

    /// <summary>Index of the last value so far.</summary>
    public short Last { get; set; }
}
