using Telemetry.Query;

namespace Telemetry.Store;

/// <summary>
/// A field's name and type, interned: equal names are the same object. Known ones are in <see cref="Fields"/>; free
/// attributes lie under <c>labels.</c> and are keywords.
/// </summary>
public sealed class FieldName
{
    internal FieldName(string name, FieldType type, bool isLowercase = false)
    {
        Name = name;
        Type = type;
        IsLowercase = isLowercase;
        Utf8 = System.Text.Encoding.UTF8.GetBytes(name);
    }

    /// <summary>Full dotted name, "log.level".</summary>
    public string Name { get; }

    /// <summary>The same as UTF-8.</summary>
    public ReadOnlyMemory<byte> Utf8 { get; }

    /// <summary>How it is compared.</summary>
    public FieldType Type { get; }

    /// <summary>True for a keyword that is written in lower case, and asked for in any.</summary>
    public bool IsLowercase { get; }

    /// <inheritdoc/>
    public override string ToString() => Name;
}
