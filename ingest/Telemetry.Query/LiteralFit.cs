namespace Telemetry.Query;

/// <summary>Whether a literal can be a value of a type: one that cannot would match nothing, and nobody would say why.</summary>
internal static class LiteralFit
{
    /// <summary>What the type takes instead, as a noun phrase; null when the literal fits.</summary>
    public static string? Expected(FieldType type, KqlValue value, bool isComparison)
    {
        switch (type)
        {
            case FieldType.Keyword:
                return null;
            case FieldType.Text:
                return isComparison ? "words with ':', because text has no order" : null;
            case FieldType.Boolean when isComparison:
                return "true or false with ':'";
        }

        if (value.Pattern is not null)
        {
            // A lone * asks whether the field is there; addresses are compared as they are written.
            return type == FieldType.Ip || value.Pattern.All(piece => piece.Length == 0) ? null : $"{Noun(type)} without wildcards";
        }

        var parts = isComparison || type == FieldType.Ip ? [value.Text] : ValueTest.Alternatives(value);
        return parts.Length > 0 && parts.All(part => Fits(type, part)) ? null : Noun(type);
    }

    private static bool Fits(FieldType type, string text) => type switch
    {
        FieldType.Long or FieldType.Double => ValueTest.TryNumber(text, out _),
        FieldType.Date => DateLiteral.TryParse(text, 0, out _),
        FieldType.Boolean => text is "true" or "false",
        _ => AddressRange.Equal(text) is not NoValue,
    };

    private static string Noun(FieldType type) => type switch
    {
        FieldType.Long or FieldType.Double => "a number",
        FieldType.Date => "a time, such as 2026-11-22T10:05Z or now-1h",
        FieldType.Boolean => "true or false",
        _ => "an address or a block of addresses",
    };
}
