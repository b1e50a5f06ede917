namespace Telemetry.Store.Elasticsearch.Writing;

/// <summary>What a field's name looks like in JSON, and where its values are in the document at hand.</summary>
internal sealed class JsonKey(byte[] quoted, bool isLabel, byte[]? words)
{
    /// <summary>The name in quotes and a colon; of a label, without the prefix.</summary>
    public byte[] Quoted { get; } = quoted;

    /// <summary>True for what goes into the <c>labels</c> object.</summary>
    public bool IsLabel { get; } = isLabel;

    /// <summary>The name of the field that holds the words of this one, like <see cref="Quoted"/>; null when it is no text.</summary>
    public byte[]? Words { get; } = words;

    /// <summary>The document that <see cref="First"/> and <see cref="Last"/> are of.</summary>
    public int Generation { get; set; }

    /// <summary>Index of the first value.</summary>
    public short First { get; set; }

    /// <summary>Index of the last value so far.</summary>
    public short Last { get; set; }
}
