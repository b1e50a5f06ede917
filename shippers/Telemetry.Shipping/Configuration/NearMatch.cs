namespace Telemetry.Shipping.Configuration;

/// <summary>Guesses what was meant.</summary>
internal static class NearMatch
{
    /// <summary>" Did you mean …?", or nothing.</summary>
    public static string Hint(string given, IEnumerable<string> known)
    {
        var near = known.Where(k => Distance(given, k) <= Math.Max(1, given.Length / 6 + 1)
                || given.Length > 2 && k.StartsWith(given, StringComparison.Ordinal))
            .OrderBy(k => Distance(given, k)).Take(2).ToList();
        return near.Count == 0 ? "" : $" Did you mean {string.Join(" or ", near)}?";
    }

    /// <summary>Insertions, deletions and replacements (Levenshtein).</summary>
    private static int Distance(string a, string b)
    {
        var row = Enumerable.Range(0, b.Length + 1).ToArray();
        for (var i = 1; i <= a.Length; i++)
        {
            var diagonal = row[0];
            row[0] = i;
            for (var j = 1; j <= b.Length; j++)
            {
                var above = row[j];
                row[j] = Math.Min(Math.Min(above, row[j - 1]) + 1, diagonal + (a[i - 1] == b[j - 1] ? 0 : 1));
                diagonal = above;
            }
        }

        return row[^1];
    }
}
