using System.Text;
using System.Text.Json.Nodes;
using Telemetry.Bus;
using Telemetry.Bus.Kafka;

namespace Telemetry.EndToEnd.Tests.Chaos.Engines;

/// <summary>
/// The store refuses one document in a thousand, by a mapping that somebody put into the component template that is theirs: the good
/// ones are stored once, the bad ones lie in the dead letters with their bytes.
/// </summary>
[Trait("Category", "chaos")]
public sealed class RefusalFaults(ITestOutputHelper output)
{
    private const int Lines = 20_000;
    private const int BadEvery = 1000;
    private const string Custom = "/_component_template/telemetry@custom";

    [Fact]
    public Task MappingConflictOfOneInAThousand() => RunAsync(
        """{"template":{"settings":{"index.mapping.ignore_malformed":false},"mappings":{"properties":{"trace":{"properties":{"id":{"type":"ip"}}}}}}}""",
        n => n % BadEvery == 7 ? $$"""{"message":"row {{n}}","trace.id":"none-{{n}}"}""" : $$"""{"message":"row {{n}}","trace.id":"10.0.0.{{n % 200}}"}""");

    [Fact]
    public Task FieldLimitReachedByOneInAThousand() => RunAsync(
        """
        {"template":{"settings":{"index.mapping.total_fields.ignore_dynamic_beyond_limit":false},
        "mappings":{"properties":{"labels":{"type":"object","dynamic":true}}}}}
        """,
        n => n % BadEvery == 7 ? $$"""{"message":"row {{n}}","new_{{n}}":"x"}""" : $$"""{"message":"row {{n}}","known":"x"}""",
        rig => rig.Store.SendAsync(HttpMethod.Put, $"/{StoredDocuments.App}/_settings",
            new JsonObject { ["index.mapping.total_fields.limit"] = 1 }));

    private async Task RunAsync(string template, Func<int, string> line, Func<EngineRig, Task>? afterFirst = null)
    {
        await using var rig = await EngineRig.CreateAsync(output, shippers: 1, indexers: 1);
        await rig.Store.SendAsync(HttpMethod.Put, Custom, JsonNode.Parse(template));
        rig.StartPrograms();
        var lines = Enumerable.Range(0, Lines).Select(line).ToList();
        var bad = Enumerable.Range(0, Lines).Where(n => n % BadEvery == 7).Select(n => lines[n]).ToList();
        await File.WriteAllLinesAsync(rig.LogFile(1, "first.log"), lines[..1]);
        await rig.DrainAsync(1);
        await (afterFirst?.Invoke(rig) ?? Task.CompletedTask);
        await File.WriteAllLinesAsync(rig.LogFile(1, "rest.log"), lines[1..]);
        await rig.DrainAsync(Lines - bad.Count);

        var stored = new List<string>();
        await foreach (var document in rig.Store.ReadAsync())
        {
            stored.Add(document.Text);
        }

        var kept = await DeadLettersAsync(rig, bad.Count);
        rig.Say($"{Lines} lines, {stored.Count} stored, {kept.Count} dead letters: {kept.FirstOrDefault()?.Letter.Reason}");
        Assert.Equal(lines.Except(bad).Order(StringComparer.Ordinal), stored.Order(StringComparer.Ordinal));
        Assert.Equal(bad.Order(StringComparer.Ordinal), kept.Select(Original).Order(StringComparer.Ordinal));
    }

    /// <summary>They become true with the state, a moment after the documents.</summary>
    private static async Task<IReadOnlyList<KeptDeadLetter>> DeadLettersAsync(EngineRig rig, int expected)
    {
        Assert.True(KafkaOptions.TryParse(rig.Bus, out var options, out _));
        using var admin = new KafkaBusAdmin(options, TimeProvider.System);
        IReadOnlyList<KeptDeadLetter> kept = [];
        await Eventually.Holds(
            async () => (kept = await admin.DeadLetters.ListAsync(Lines, TestContext.Current.CancellationToken)).Count >= expected,
            "dead letters are kept", TimeSpan.FromSeconds(60));
        return kept;
    }

    private static string Original(KeptDeadLetter kept)
    {
        var source = JsonNode.Parse(Encoding.UTF8.GetString(kept.Letter.Bytes.Span))!;
        return StoredDocuments.Find(source, "event", "original")!.ToString();
    }
}
