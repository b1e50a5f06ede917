using System.Text;

namespace Telemetry.Query;

/// <summary>A parsed query. A tree is immutable and independent of any store.</summary>
public abstract record KqlNode;

/// <summary>Matches everything: the empty query, <c>*</c>.</summary>
public sealed record MatchAll : KqlNode;

/// <summary>All children match.</summary>
public sealed record AllOf(IReadOnlyList<KqlNode> Children) : KqlNode
{
    /// <summary>Compares the children in order.</summary>
    public bool Equals(AllOf? other) => other is not null && Children.SequenceEqual(other.Children);

    /// <inheritdoc/>
    public override int GetHashCode() => Children.Aggregate(1, HashCode.Combine);
}

/// <summary>Some child matches.</summary>
public sealed record AnyOf(IReadOnlyList<KqlNode> Children) : KqlNode
{
    /// <summary>Compares the children in order.</summary>
    public bool Equals(AnyOf? other) => other is not null && Children.SequenceEqual(other.Children);

    /// <inheritdoc/>
    public override int GetHashCode() => Children.Aggregate(2, HashCode.Combine);
}

/// <summary>The child does not match.</summary>
public sealed record Not(KqlNode Child) : KqlNode;

/// <summary>The field has a value: <c>field : *</c>. The field may hold wildcards.</summary>
public sealed record FieldExists(string Field) : KqlNode;

/// <summary>
/// The field has the value; without a field, some field that is searched by default has it. The field may hold wildcards.
/// </summary>
/// <param name="Field">Dotted name, or null.</param>
/// <param name="Value">The value as written, escapes resolved; wildcards are in <see cref="KqlValue.Pattern"/>.</param>
public sealed record FieldMatches(string? Field, KqlValue Value) : KqlNode;

/// <summary>The field compares to the value.</summary>
public sealed record FieldCompares(string Field, KqlComparison Comparison, KqlValue Value) : KqlNode;

/// <summary>How <see cref="FieldCompares"/> compares.</summary>
public enum KqlComparison : byte
{
    /// <summary><c>&lt;</c></summary>
    Less,

    /// <summary><c>&lt;=</c></summary>
    LessOrEqual,

    /// <summary><c>&gt;</c></summary>
    Greater,

    /// <summary><c>&gt;=</c></summary>
    GreaterOrEqual,
}

/// <summary>A literal.</summary>
/// <param name="Text">Without quotes and escapes; a wildcard is <c>*</c>.</param>
/// <param name="Quoted">True for "…": a phrase, in which <c>*</c> is an ordinary character.</param>
/// <param name="Pattern">When not null, the pieces between wildcards: "web-*" gives "web-", "".</param>
public sealed record KqlValue(string Text, bool Quoted, IReadOnlyList<string>? Pattern)
{
    /// <summary>The value as a field that <see cref="IFieldTyping.IsLowercase"/> holds it. Text beyond ASCII stays as it is.</summary>
    public KqlValue Lowercase() => Ascii.IsValid(Text)
        ? new KqlValue(Text.ToLowerInvariant(), Quoted, Pattern is null ? null : [.. Pattern.Select(piece => piece.ToLowerInvariant())])
        : this;

    /// <summary>Compares the pieces in order.</summary>
    public bool Equals(KqlValue? other) =>
        other is not null && Text == other.Text && Quoted == other.Quoted
        && (Pattern is null ? other.Pattern is null : other.Pattern is not null && Pattern.SequenceEqual(other.Pattern));

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(Text, Quoted, Pattern?.Count);
}
