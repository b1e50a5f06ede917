using System.Collections.Concurrent;
using System.Diagnostics;
using System.Text.Json;
using System.Text.Json.Nodes;
using Telemetry.Tests.Support.Servers;

namespace Telemetry.Interop.Tests.Elasticsearch;

/// <summary>
/// The scripted store is what faults are tried on, so it has to be like the real one where nothing is wrong: Elasticsearch's official
/// client asks both the same and is answered alike.
/// </summary>
[Trait("Category", "heavy")]
public sealed class OfficialClientTests
{
    private static readonly string Script = Path.Combine(Installation.Repository, "tests/Telemetry.Interop.Tests/Elasticsearch/dialogue.mjs");
    private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true };

    [Fact]
    public async Task TheScriptedStoreAnswersAsElasticsearchDoes()
    {
        Assert.SkipUnless(ElasticsearchServer.Available(out var reason), reason);
        Assert.SkipUnless(OfficialClient.Available(out reason), reason);
        await using var real = await ElasticsearchServer.StartAsync();
        await using var scripted = await StartScriptedAsync();
        var (wanted, answered) = (await AskAsync(real.Url), await AskAsync(scripted.Url));
        Assert.Equal(wanted["answers"]!.ToJsonString(Indented), answered["answers"]!.ToJsonString(Indented));
    }

    [Fact]
    public async Task TheOfficialHelperSendsAgainWhatTheScriptedStoreRefusesForNow()
    {
        Assert.SkipUnless(OfficialClient.Available(out var reason), reason);
        await using var scripted = await StartScriptedAsync();
        var refused = new ConcurrentDictionary<string, bool>();
        var rule = scripted.ItemRule;
        scripted.ItemRule = (id, source) =>
            id.StartsWith("helper", StringComparison.Ordinal) && refused.TryAdd(id, true) ? ItemFault.Rejected : rule(id, source);
        var told = await AskAsync(scripted.Url);
        Assert.Equal("""{"total":4,"successful":4,"failed":0,"aborted":false}""", told["answers"]!["bulk helper"]!.ToJsonString());
        Assert.Equal(4, refused.Count);
        Assert.True((int)told["retried"]! > 0);
    }

    private static async Task<ScriptedElasticsearch> StartScriptedAsync()
    {
        var scripted = await ScriptedElasticsearch.StartAsync();
        scripted.ItemRule = (_, source) => source.Contains("\"four\"", StringComparison.Ordinal) ? ItemFault.Mapping : null;
        return scripted;
    }

    private static async Task<JsonNode> AskAsync(string url)
    {
        var command = OfficialClient.CommandOf(Script, url);
        var info = new ProcessStartInfo(command[0], command[1..]) { RedirectStandardOutput = true, RedirectStandardError = true };
        using var process = Process.Start(info)!;
        var errors = process.StandardError.ReadToEndAsync();
        var output = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        Assert.True(process.ExitCode == 0, $"{url}: {await errors}");
        return JsonNode.Parse(output)!;
    }
}
