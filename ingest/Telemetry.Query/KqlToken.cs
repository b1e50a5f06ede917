namespace Telemetry.Query;

internal enum KqlTokenKind : byte
{
    End,
    Literal,
    And,
    Or,
    Not,
    Open,
    Close,
    OpenBrace,
    CloseBrace,
    Colon,
    Comparison,
    Invalid,
}

/// <summary>One token. <paramref name="Value"/> is set for a literal, <paramref name="Comparison"/> for a comparison.</summary>
internal readonly record struct KqlToken(
    KqlTokenKind Kind, int Position, KqlValue? Value = null, KqlComparison Comparison = default);
