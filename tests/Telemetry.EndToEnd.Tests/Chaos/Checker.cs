using System.Text.Json;
using Telemetry.Tests.Support;

namespace Telemetry.EndToEnd.Tests.Chaos;

/// <summary>Compares what the store holds with what was written, record by record. Knows nothing of the path between.</summary>
internal static class Checker
{
    public static async Task<Verdict> CompareAsync(Installation here, IReadOnlyList<string> written)
    {
        var stored = await ReadAllAsync(here);
        var expected = Counts(written);
        var found = Counts(stored);
        var lost = expected.Where(e => found.GetValueOrDefault(e.Key) < e.Value).Select(e => e.Key).ToList();
        var duplicated = found.Where(f => expected.TryGetValue(f.Key, out var n) && f.Value > n).Select(f => f.Key).ToList();
        var altered = found.Keys.Where(f => !expected.ContainsKey(f)).ToList();
        return new Verdict(written.Count, stored.Count, lost, duplicated, altered);
    }

    private static Dictionary<string, int> Counts(IEnumerable<string> records) =>
        records.GroupBy(r => r).ToDictionary(g => g.Key, g => g.Count(), StringComparer.Ordinal);

    private static async Task<List<string>> ReadAllAsync(Installation here)
    {
        var records = new List<string>();
        string? cursor = "";
        while (cursor is not null)
        {
            var page = $"/api/v1/search?limit=5000&q={Uri.EscapeDataString("telemetry.lane : bulk")}&cursor={Uri.EscapeDataString(cursor)}";
            using var json = await here.GetAsync(page);
            foreach (var hit in json.RootElement.GetProperty("hits").EnumerateArray())
            {
                records.Add(hit.GetProperty("event").GetProperty("original").GetString()!);
            }

            cursor = json.RootElement.GetProperty("next") is { ValueKind: JsonValueKind.String } next ? next.GetString() : null;
        }

        return records;
    }
}

/// <summary>What the checker found. Altered records are stored but were never written so: joined or split differently.</summary>
internal sealed record Verdict(
    int Written, int Stored, IReadOnlyList<string> Lost, IReadOnlyList<string> Duplicated, IReadOnlyList<string> Altered)
{
    public bool IsClean => Lost.Count + Duplicated.Count + Altered.Count == 0 && Written == Stored;

    public override string ToString() =>
        $"{Written} written, {Stored} stored, {Lost.Count} lost, {Duplicated.Count} duplicated, {Altered.Count} joined or split differently"
        + First("lost", Lost) + First("duplicated", Duplicated) + First("altered", Altered);

    private static string First(string what, IReadOnlyList<string> records) =>
        records.Count == 0 ? "" : $"\n  first {what}: {records[0]}";
}
