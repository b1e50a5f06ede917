using System.Text.Json;
using System.Text.Json.Nodes;
using Telemetry.Query;
using Telemetry.Store.Elasticsearch;
using Telemetry.Store.Elasticsearch.Templates;
using Telemetry.Tests.Support.Servers;

namespace Telemetry.Store.Tests.Elasticsearch;

public sealed class TemplateInstallerTests
{
    private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true };

    [Fact]
    public void AllThatIsSentIsApproved() => Approved.Matches("templates-8.19.json", Sent("8.19").ToJsonString(Indented) + "\n");

    [Fact]
    public void WhatDiffersInOtherVersionsIsApproved() => Approved.Matches("templates-versions.txt", string.Concat(
        from version in (string[])["8.17", "8.18", "9.0", "9.1"]
        from line in FlatJson.Diff(FlatJson.Of(Sent("8.19")), FlatJson.Of(Sent(version)))
        where !line.Contains("_meta.hash", StringComparison.Ordinal)
        select $"{version} {line}\n"));

    [Fact]
    public async Task InstallingTwiceChangesNothing()
    {
        await using var server = await ScriptedElasticsearch.StartAsync();
        using var client = RealElasticsearch.Client(server.Url);
        var installer = new TemplateInstaller(client, new TemplateOptions());

        var first = await installer.PlanAsync(default);
        await installer.ApplyAsync(first, default);
        var second = await installer.PlanAsync(default);

        Assert.All(first.Changes, change => Assert.Equal(TemplateAction.Create, change.Action));
        Assert.Equal(20, first.Changes.Count);
        Assert.False(second.IsDue);
        Assert.All(second.Changes, change => Assert.Empty(change.Diff));
    }

    [Fact]
    public async Task WhatAUserChangedIsLeftAloneAndShown()
    {
        await using var server = await InstalledAsync();
        server.Templates["/_index_template/logs-telemetry.app-default"]["template"]!["lifecycle"]!["data_retention"] = "365d";

        var change = await DueOrNotAsync(server, "logs-telemetry.app-default");

        Assert.Equal(TemplateAction.ChangedByUser, change.Action);
        Assert.Equal(["- template.lifecycle.data_retention: 365d", "+ template.lifecycle.data_retention: 7d"], change.Diff);
    }

    [Fact]
    public async Task WhatAUserMadeIsLeftAlone()
    {
        await using var server = await ScriptedElasticsearch.StartAsync();
        server.Templates["/_index_template/logs-telemetry.app-default"] = JsonNode.Parse("""{"index_patterns":["logs-telemetry.app-*"]}""")!;

        Assert.Equal(TemplateAction.ChangedByUser, (await DueOrNotAsync(server, "logs-telemetry.app-default")).Action);
    }

    [Fact]
    public async Task WhatANewerVersionMadeIsLeftAlone()
    {
        await using var server = await InstalledAsync();
        server.Templates["/_component_template/telemetry@settings"]["_meta"]!["version"] = TemplateDefinitions.Version + 1;

        Assert.Equal(TemplateAction.Newer, (await DueOrNotAsync(server, "telemetry@settings")).Action);
    }

    [Fact]
    public async Task AnotherRetentionIsAnUpdate()
    {
        await using var server = await InstalledAsync();
        using var client = RealElasticsearch.Client(server.Url);
        var installer = new TemplateInstaller(client, new TemplateOptions { LineRetention = TimeSpan.FromDays(14) });

        var plan = await installer.PlanAsync(default);
        await installer.ApplyAsync(plan, default);

        Assert.Equal(
            ["logs-telemetry.app-default", "logs-telemetry.kernel-default"],
            plan.Changes.Where(change => change.Action == TemplateAction.Update).Select(change => change.Name));
        Assert.False((await installer.PlanAsync(default)).IsDue);
    }

    [Fact]
    public async Task APromotedFieldIsAnUpdateOfItsTemplateAlone()
    {
        await using var server = await InstalledAsync();
        using var client = RealElasticsearch.Client(server.Url);
        var options = new TemplateOptions { Promoted = new PromotedFields([new("order.total", FieldType.Double)]) };

        var plan = await new TemplateInstaller(client, options).PlanAsync(default);

        var change = plan.Changes.Single(change => change.Action != TemplateAction.Unchanged);
        Assert.Equal(("telemetry@fields-default", TemplateAction.Update), (change.Name, change.Action));
        Assert.Contains("+ template.mappings.properties.order.properties.total.type: double", change.Diff);
    }

    [Fact]
    public async Task ARefusalNamesTheItem()
    {
        await using var server = await ScriptedElasticsearch.StartAsync();
        using var client = RealElasticsearch.Client(server.Url);
        var installer = new TemplateInstaller(client, new TemplateOptions());
        var plan = await installer.PlanAsync(default);
        server.Forbids = 403;

        var refusal = await Assert.ThrowsAnyAsync<IOException>(() => installer.ApplyAsync(plan, default));

        Assert.StartsWith("Elasticsearch did not take the component template telemetry@settings: 403 security_exception", refusal.Message);
    }

    private static JsonObject Sent(string version)
    {
        Assert.True(ElasticVersion.TryParse(version + ".0", out var parsed));
        var all = new JsonObject();
        foreach (var definition in TemplateDefinitions.For(new DataStreamNames("default"), parsed, new TemplateOptions()))
        {
            var body = TemplateInstaller.Body(definition);
            if (definition.Name is "telemetry@documents" or "telemetry@lifetimes")
            {
                // Approved in a file of their own.
                body["template"]!["mappings"] = definition.Name["telemetry@".Length..] + ".mappings.json";
                body["_meta"]!.AsObject().Remove("hash");
            }

            all[definition.Path] = body;
        }

        return all;
    }

    private static async Task<ScriptedElasticsearch> InstalledAsync()
    {
        var server = await ScriptedElasticsearch.StartAsync();
        using var client = RealElasticsearch.Client(server.Url);
        var installer = new TemplateInstaller(client, new TemplateOptions());
        await installer.ApplyAsync(await installer.PlanAsync(default), default);
        return server;
    }

    private static async Task<TemplateChange> DueOrNotAsync(ScriptedElasticsearch server, string name)
    {
        using var client = RealElasticsearch.Client(server.Url);
        var plan = await new TemplateInstaller(client, new TemplateOptions()).PlanAsync(default);
        return plan.Changes.Single(change => change.Name == name);
    }
}
