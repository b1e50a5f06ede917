using Telemetry.Shipping.Files;

namespace Telemetry.Shipper.Files;

/// <summary>
/// A pattern of paths: <c>*</c> and <c>?</c> within a name, <c>**</c> over folders, <c>[a-z]</c> and <c>{a,b}</c>. Names that begin
/// with a dot are matched only by a pattern that says so. Symbolic links are followed, except to folders under <c>**</c>.
/// </summary>
internal sealed class Glob
{
    private readonly List<string[]> _alternatives = [];

    /// <summary>Relative patterns are taken from the current folder.</summary>
    public Glob(string pattern)
    {
        Pattern = pattern;
        foreach (var plain in ExpandBraces(pattern))
        {
            _alternatives.Add(Path.GetFullPath(plain).Split('/', StringSplitOptions.RemoveEmptyEntries));
        }
    }

    public string Pattern { get; }

    /// <summary>Adds the paths that exist and match. Folders that cannot be read are passed over.</summary>
    public void Expand(ICollection<string> paths)
    {
        foreach (var parts in _alternatives)
        {
            Walk("/", parts, paths);
        }
    }

    /// <summary>Matches one name against one part of a pattern.</summary>
    public static bool MatchesName(ReadOnlySpan<char> pattern, ReadOnlySpan<char> name)
    {
        if (name.StartsWith('.') && !pattern.StartsWith('.'))
        {
            return false;
        }

        return Matches(pattern, name);
    }

    private static void Walk(string folder, ReadOnlySpan<string> parts, ICollection<string> paths)
    {
        var part = parts[0];
        var rest = parts[1..];
        if (part == "**")
        {
            WalkDeep(folder, rest, paths);
            return;
        }

        if (part.AsSpan().IndexOfAny("*?[") < 0)
        {
            Descend(Path.Combine(folder, part), rest, paths);
            return;
        }

        foreach (var name in List(folder))
        {
            if (MatchesName(part, name))
            {
                Descend(Path.Combine(folder, name), rest, paths);
            }
        }
    }

    private static void WalkDeep(string folder, ReadOnlySpan<string> rest, ICollection<string> paths)
    {
        if (rest.IsEmpty)
        {
            rest = new string[] { "*" };
        }

        Walk(folder, rest, paths);
        foreach (var name in List(folder))
        {
            var path = Path.Combine(folder, name);
            if (!name.StartsWith('.') && Directory.Exists(path) && new DirectoryInfo(path).LinkTarget is null)
            {
                WalkDeep(path, rest, paths);
            }
        }
    }

    private static void Descend(string path, ReadOnlySpan<string> rest, ICollection<string> paths)
    {
        if (!rest.IsEmpty)
        {
            if (Directory.Exists(path))
            {
                Walk(path, rest, paths);
            }
        }
        else if (FileStat.TryGet(path, out var stat) && stat.IsRegular && !paths.Contains(path))
        {
            paths.Add(path);
        }
    }

    private static IEnumerable<string> List(string folder)
    {
        try
        {
            return Directory.EnumerateFileSystemEntries(folder).Select(p => Path.GetFileName(p)).Order(StringComparer.Ordinal)
                .ToList();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return [];
        }
    }

    private static bool Matches(ReadOnlySpan<char> pattern, ReadOnlySpan<char> name)
    {
        while (!pattern.IsEmpty)
        {
            if (pattern[0] == '*')
            {
                for (var i = 0; i <= name.Length; i++)
                {
                    if (Matches(pattern[1..], name[i..]))
                    {
                        return true;
                    }
                }

                return false;
            }

            if (name.IsEmpty || !TakeOne(ref pattern, name[0]))
            {
                return false;
            }

            name = name[1..];
        }

        return name.IsEmpty;
    }

    private static bool TakeOne(ref ReadOnlySpan<char> pattern, char c)
    {
        var close = pattern[0] == '[' ? pattern.IndexOf(']') : -1;
        if (close > 1)
        {
            var set = pattern[1..close];
            pattern = pattern[(close + 1)..];
            return InSet(set, c);
        }

        var p = pattern[0];
        pattern = pattern[1..];
        return p == '?' || p == c;
    }

    private static bool InSet(ReadOnlySpan<char> set, char c)
    {
        var negated = set[0] is '!' or '^';
        set = negated ? set[1..] : set;
        var found = false;
        for (var i = 0; i < set.Length; i++)
        {
            if (i + 2 < set.Length && set[i + 1] == '-')
            {
                found |= c >= set[i] && c <= set[i + 2];
                i += 2;
            }
            else
            {
                found |= c == set[i];
            }
        }

        return found != negated;
    }

    private static IEnumerable<string> ExpandBraces(string pattern)
    {
        var open = pattern.IndexOf('{');
        var close = open < 0 ? -1 : pattern.IndexOf('}', open);
        if (close < 0)
        {
            return [pattern];
        }

        return pattern[(open + 1)..close].Split(',')
            .SelectMany(choice => ExpandBraces(pattern[..open] + choice + pattern[(close + 1)..]));
    }
}
