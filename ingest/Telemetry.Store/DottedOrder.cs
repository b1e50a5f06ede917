namespace Telemetry.Store;

/// <summary>Orders dotted names by their parts, so that what lies under one name stands together: "a", "a.b", "a-b".</summary>
internal static class DottedOrder
{
    public static int Compare(string x, string y)
    {
        var length = Math.Min(x.Length, y.Length);
        for (var i = 0; i < length; i++)
        {
            if (x[i] != y[i])
            {
                return Rank(x[i]) - Rank(y[i]);
            }
        }

        return x.Length - y.Length;
    }

    private static int Rank(char c) => c == '.' ? -1 : c;
}
