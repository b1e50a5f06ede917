namespace Telemetry.EndToEnd.Tests.Chaos.Engines;

/// <summary>What the store has against what was written; each list has a sentence for each case, the first ones only.</summary>
internal sealed class StoreVerdict
{
    private const int Shown = 5;
    private readonly List<string> _examples = [];

    public long Written { get; set; }

    public long Stored { get; set; }

    /// <summary>Lines not there.</summary>
    public List<(string File, int Line)> Lost { get; } = [];

    /// <summary>Lines there more than once, and ids in more than one index.</summary>
    public long Duplicated { get; private set; }

    /// <summary>Texts that nobody wrote.</summary>
    public long Altered { get; private set; }

    /// <summary>Neighbours in a file whose sequence does not ascend.</summary>
    public long Disordered { get; private set; }

    public bool IsClean => Lost.Count + Duplicated + Altered + Disordered == 0;

    public void AddDuplicate(string what) => Duplicated = Count(Duplicated, "twice: " + what);

    public void AddAltered(string what) => Altered = Count(Altered, "not written so: " + what);

    public void AddDisorder(string what) => Disordered = Count(Disordered, "out of order: " + what);

    public override string ToString() =>
        $"{Written} written, {Stored} stored, {Lost.Count} lost, {Duplicated} duplicated, {Altered} altered, {Disordered} out of order"
        + string.Concat(Lost.GroupBy(l => l.File).Select(g => $"\n  lost of {g.Key}: {g.Count()}, {g.Min(l => l.Line)} to {g.Max(l => l.Line)}"))
        + string.Concat(_examples.Select(e => "\n  " + e));

    private long Count(long before, string example)
    {
        if (before < Shown)
        {
            _examples.Add(example);
        }

        return before + 1;
    }
}
