namespace Telemetry.EndToEnd.Tests.Chaos.Engines;

/// <summary>Compares every document of the data streams with the files: by text, by id, and by the order within each stream.</summary>
internal static class StoreChecker
{
    /// <summary>Reads all. What the load wrote after the call began counts as lost unless it is stopped.</summary>
    public static async Task<StoreVerdict> CompareAsync(StoredDocuments store, IReadOnlyList<SourceFile> files)
    {
        var verdict = new StoreVerdict { Written = files.Sum(f => (long)f.Written) };
        var found = files.ToDictionary(f => f.Name, f => new List<(int Number, string Epoch, long Sequence)>(f.Written), StringComparer.Ordinal);
        var indexOf = new Dictionary<string, string>(StringComparer.Ordinal);
        var strings = new HashSet<string>(StringComparer.Ordinal);
        await foreach (var line in store.ReadAsync())
        {
            verdict.Stored++;
            if (!indexOf.TryAdd(line.Id, Shared(strings, line.Index)))
            {
                verdict.AddDuplicate($"{line.Id} in {indexOf[line.Id]} and {line.Index}");
            }

            if (SourceFile.TryParse(line.Text, out var name, out var number) && found.TryGetValue(name, out var lines))
            {
                lines.Add((number, Shared(strings, line.Stream + "/" + line.Epoch), line.Sequence));
            }
            else
            {
                verdict.AddAltered(line.Text);
            }
        }

        foreach (var file in files)
        {
            Compare(file, found[file.Name], verdict);
        }

        return verdict;
    }

    private static void Compare(SourceFile file, List<(int Number, string Epoch, long Sequence)> lines, StoreVerdict verdict)
    {
        lines.Sort();
        var next = 0;
        var ended = new HashSet<string>(StringComparer.Ordinal);
        for (var i = 0; i < lines.Count; i++)
        {
            for (; next < lines[i].Number; next++)
            {
                verdict.Lost.Add((file.Name, next));
            }

            next = lines[i].Number + 1;
            if (i > 0)
            {
                CompareNeighbours(file, lines[i - 1], lines[i], ended, verdict);
            }
        }

        for (; next < file.Written; next++)
        {
            verdict.Lost.Add((file.Name, next));
        }
    }

    private static void CompareNeighbours(
        SourceFile file, (int Number, string Epoch, long Sequence) before, (int Number, string Epoch, long Sequence) line,
        HashSet<string> ended, StoreVerdict verdict)
    {
        var where = $"{file.Name} line {line.Number}, {line.Epoch} {line.Sequence} after {before.Epoch} {before.Sequence}";
        if (before.Number == line.Number)
        {
            verdict.AddDuplicate(where);
        }
        else if (before.Epoch == line.Epoch ? before.Sequence >= line.Sequence : !ended.Add(before.Epoch) || ended.Contains(line.Epoch))
        {
            verdict.AddDisorder(where);
        }
    }

    private static string Shared(HashSet<string> strings, string text)
    {
        if (strings.TryGetValue(text, out var same))
        {
            return same;
        }

        strings.Add(text);
        return text;
    }
}
