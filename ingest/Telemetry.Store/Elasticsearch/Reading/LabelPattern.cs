namespace Telemetry.Store.Elasticsearch.Reading;

/// <summary>A pattern of field names, seen from the free attributes.</summary>
internal static class LabelPattern
{
    /// <summary>True when every free attribute fits: <c>*</c>, <c>lab*</c>, <c>labels.*</c>.</summary>
    public static bool FitsAll(string pattern)
    {
        var pieces = pattern.Split('*');
        return Fields.LabelPrefix.StartsWith(pieces[0], StringComparison.Ordinal) && pieces.Skip(1).All(piece => piece.Length == 0);
    }

    /// <summary>False when none can fit: <c>log.*</c>.</summary>
    public static bool MayFit(string pattern)
    {
        var start = pattern[..pattern.IndexOf('*', StringComparison.Ordinal)];
        return Fields.LabelPrefix.StartsWith(start, StringComparison.Ordinal)
            || start.StartsWith(Fields.LabelPrefix, StringComparison.Ordinal);
    }

    /// <summary>True when the names of the free attributes have to be known.</summary>
    public static bool NeedsNames(string field) =>
        field.Contains('*', StringComparison.Ordinal) && MayFit(field) && !FitsAll(field);
}
