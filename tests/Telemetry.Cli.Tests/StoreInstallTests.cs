using System.Text.Json;
using System.Text.Json.Nodes;
using Telemetry.Tests.Support.Servers;

namespace Telemetry.Cli.Tests;

public sealed class StoreInstallTests
{
    private readonly Cli _cli = new();

    [Fact]
    public async Task FilesNeedNoTemplates()
    {
        var result = await _cli.RunAsync("store", "install");
        var json = await _cli.RunAsync("store", "install", "--json");

        Assert.Equal((0, ""), (result.ExitCode, result.Error));
        Assert.Contains("nothing to install", result.Out, StringComparison.Ordinal);
        Assert.Equal((0, ""), (json.ExitCode, json.Out));
    }

    [Fact]
    public async Task ATrialChangesNothingAndTheDeedIsDoneOnce()
    {
        await using var store = await ScriptedElasticsearch.StartAsync();

        var trial = await _cli.RunAsync("store", "install", "--store", store.Url, "--dry-run");
        Assert.Equal((0, ""), (trial.ExitCode, trial.Error));
        Assert.Empty(store.Templates);
        Approved.Matches("store-install.txt", trial.Out);

        var first = await _cli.RunAsync("store", "install", "--store", store.Url, "--json");
        var second = await _cli.RunAsync("store", "install", "--store", store.Url, "--json", "--diff");
        Assert.All(Actions(first), action => Assert.Equal("create", action));
        Assert.All(Actions(second), action => Assert.Equal("unchanged", action));
        Assert.Equal(Actions(first).Count, store.Templates.Count);
    }

    [Fact]
    public async Task WhatAUserChangedIsShownAndLeftAlone()
    {
        await using var store = await ScriptedElasticsearch.StartAsync();
        await _cli.RunAsync("store", "install", "--store", store.Url);
        var path = store.Templates.Keys.Single(key => key.EndsWith("telemetry@settings", StringComparison.Ordinal));
        var changed = store.Templates[path].DeepClone();
        changed["template"]!["settings"]!["index.refresh_interval"] = "30s";
        store.Templates[path] = changed;

        var result = await _cli.RunAsync("store", "install", "--store", store.Url, "--diff");

        Assert.Contains("left alone, a user changed it", result.Out, StringComparison.Ordinal);
        Assert.Contains("\n  - template.settings.index.refresh_interval: 30s\n  + template.settings.index.refresh_interval: 1s", result.Out, StringComparison.Ordinal);
        Assert.True(JsonNode.DeepEquals(changed, store.Templates[path]));
    }

    [Fact]
    public async Task AStoreThatIsNotThereIsOneSentence()
    {
        var result = await _cli.RunAsync("store", "install", "--store", "http://127.0.0.1:1");

        Assert.Equal((1, ""), (result.ExitCode, result.Out));
        Assert.StartsWith("telemetry: 127.0.0.1:1 cannot be reached", result.Error, StringComparison.Ordinal);
    }

    private static List<string> Actions(CliResult result) =>
        [.. result.Out.Split('\n', StringSplitOptions.RemoveEmptyEntries)
            .Select(line => JsonDocument.Parse(line).RootElement.GetProperty("action").GetString()!)];
}
