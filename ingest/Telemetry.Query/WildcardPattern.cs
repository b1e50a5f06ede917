namespace Telemetry.Query;

/// <summary>Matches text against pieces with anything between them; <c>["web-", ""]</c> is <c>web-*</c>. Whole, case-sensitive.</summary>
internal static class WildcardPattern
{
    public static bool Matches<T>(ReadOnlySpan<T> text, IReadOnlyList<T[]> pieces)
        where T : unmanaged, IEquatable<T>
    {
        ReadOnlySpan<T> first = pieces[0];
        ReadOnlySpan<T> last = pieces[^1];
        if (pieces.Count == 1)
        {
            return text.SequenceEqual(first);
        }

        if (text.Length < first.Length + last.Length || !text.StartsWith(first) || !text.EndsWith(last))
        {
            return false;
        }

        // The leftmost place for each piece leaves the most room for those after it.
        var rest = text[first.Length..^last.Length];
        for (var i = 1; i < pieces.Count - 1; i++)
        {
            var at = rest.IndexOf(pieces[i]);
            if (at < 0)
            {
                return false;
            }

            rest = rest[(at + pieces[i].Length)..];
        }

        return true;
    }
}
