using System.Text;
using System.Text.Json.Nodes;
using Telemetry.Bus;
using Telemetry.Bus.Kafka;

namespace Telemetry.EndToEnd.Tests.Chaos.Engines;

/// <summary>
/// The store refuses some documents, by what somebody put into the component template that is theirs: the good ones are stored once, the
/// bad ones lie in the dead letters with their bytes.
/// </summary>
[Trait("Category", "chaos")]
public sealed class RefusalFaults(ITestOutputHelper output)
{
    private const int Lines = 20_000;
    private const int BadEvery = 1000;

    /// <summary>An address where we have any text, and attributes that are fields of their own.</summary>
    private const string Template = """
        {"template":{
          "settings":{"index.mapping.ignore_malformed":false,"index.mapping.total_fields.ignore_dynamic_beyond_limit":false},
          "mappings":{"properties":{
            "trace":{"properties":{"id":{"type":"ip"}}},
            "labels":{"type":"object","dynamic":true}}}}}
        """;

    [Fact]
    public async Task MappingConflictAndFieldLimitReachedByOneInAThousandEach()
    {
        await using var rig = await EngineRig.CreateAsync(output, shippers: 1, indexers: 1);
        await rig.Store.SendAsync(HttpMethod.Put, "/_component_template/telemetry@custom", JsonNode.Parse(Template));
        rig.StartPrograms();
        var lines = Enumerable.Range(0, Lines).Select(Line).ToList();
        var bad = Enumerable.Range(0, Lines).Where(n => IsConflict(n) || IsBeyondLimit(n)).Select(n => lines[n]).ToList();
        await File.WriteAllLinesAsync(rig.LogFile(1, "first.log"), lines[..1]);
        await rig.DrainAsync(1);
        await rig.Store.SendAsync(HttpMethod.Put, $"/{StoredDocuments.App}/_settings", new JsonObject { ["index.mapping.total_fields.limit"] = 1 });
        await File.WriteAllLinesAsync(rig.LogFile(1, "rest.log"), lines[1..]);
        await rig.DrainAsync(Lines - bad.Count);

        var stored = new List<string>();
        await foreach (var document in rig.Store.ReadAsync())
        {
            stored.Add(document.Text);
        }

        var kept = await DeadLettersAsync(rig, bad.Count);
        rig.Say($"{Lines} lines, {stored.Count} stored, {kept.Count} dead letters");
        Assert.Equal(lines.Except(bad).Order(StringComparer.Ordinal), stored.Order(StringComparer.Ordinal));
        Assert.Equal(bad.Order(StringComparer.Ordinal), kept.Select(Original).Order(StringComparer.Ordinal));
    }

    private static string Line(int n) =>
        IsConflict(n) ? $$"""{"message":"row {{n}}","trace.id":"none-{{n}}"}"""
        : IsBeyondLimit(n) ? $$"""{"message":"row {{n}}","new_{{n}}":"x"}"""
        : $$"""{"message":"row {{n}}","trace.id":"10.0.0.{{n % 200}}","known":"x"}""";

    private static bool IsConflict(int n) => n % BadEvery == 7;

    private static bool IsBeyondLimit(int n) => n % BadEvery == 507;

    /// <summary>With their bytes; they become true with the state, a moment after the documents.</summary>
    private static async Task<IReadOnlyList<KeptDeadLetter>> DeadLettersAsync(EngineRig rig, int expected)
    {
        Assert.True(KafkaOptions.TryParse(rig.Bus, out var options, out _));
        using var admin = new KafkaBusAdmin(options, TimeProvider.System);
        var cancel = TestContext.Current.CancellationToken;
        IReadOnlyList<KeptDeadLetter> listed = [];
        await Eventually.Holds(
            async () => (listed = await admin.DeadLetters.ListAsync(Lines, cancel)).Count >= expected,
            "dead letters are kept", TimeSpan.FromSeconds(60));
        List<KeptDeadLetter> kept = [];
        foreach (var letter in listed)
        {
            kept.Add((await admin.DeadLetters.FindAsync(letter.Id, cancel))!);
        }

        return kept;
    }

    private static string Original(KeptDeadLetter kept)
    {
        var source = JsonNode.Parse(Encoding.UTF8.GetString(kept.Letter.Bytes.Span))!;
        return StoredDocuments.Find(source, "event", "original")!.ToString();
    }
}
