using System.Text.Json.Nodes;
using Telemetry.Store.Elasticsearch;

namespace Telemetry.Store.Tests.Elasticsearch;

/// <summary>The installer against what a real server makes of our templates.</summary>
[Trait("Category", "heavy")]
public sealed class TemplateInstallerRealTests(RealElasticsearch real, ITestOutputHelper output) : IClassFixture<RealElasticsearch>
{
    [Fact]
    public async Task InstallingTwiceChangesNothing()
    {
        using var client = RealElasticsearch.Client(await real.InstallAsync("twice"));

        var plan = await new TemplateInstaller(client, new TemplateOptions()).PlanAsync(default);

        foreach (var line in plan.Changes.SelectMany(change => change.Diff.Prepend($"{change.Action} {change.Kind} {change.Name}")))
        {
            output.WriteLine(line);
        }

        Assert.All(plan.Changes, change => Assert.Equal((change.Name, TemplateAction.Unchanged), (change.Name, change.Action)));
    }

    [Fact]
    public async Task PromotedFieldsComeToTheIndexThatIsWrittenAndOnlyOnce()
    {
        var url = await real.InstallAsync("promoted");
        await using var harness = new WriterHarness(url);
        await using var writer = harness.Open();
        writer.Begin(0, 0);
        writer.Write(WriterHarness.Line(0));
        Assert.Empty(await writer.CommitAsync(1, default));
        await real.RolloverAsync("logs-telemetry.app-promoted");
        var installer = new TemplateInstaller(harness.Client, new TemplateOptions { Promoted = Contract.SomePromoted.Fields });

        var first = await installer.PlanAsync(default);
        await installer.ApplyAsync(first, default);
        var second = await installer.PlanAsync(default);

        Assert.Equal(
            [("component template", "telemetry@fields-promoted"), ("fields of", "logs-telemetry.app-promoted")],
            first.Changes.Where(change => change.IsDue).Select(change => (change.Kind, change.Name)));
        Assert.Equal(
            Contract.SomePromoted.Fields.All.Select(promoted => promoted.Field.Name),
            first.Changes[^1].Diff.Select(line => line[2..line.IndexOf(':', StringComparison.Ordinal)]));
        Assert.All(second.Changes, change => Assert.Equal((change.Name, TemplateAction.Unchanged), (change.Name, change.Action)));
        var mappings = (await real.SendAsync(HttpMethod.Get, "/logs-telemetry.app-promoted/_mapping")).AsObject();
        Assert.Equal(
            ["", "double"],
            mappings.OrderBy(index => index.Key, StringComparer.Ordinal)
                .Select(index => $"{index.Value!["mappings"]!["properties"]!["order"]?["properties"]!["total"]!["type"]}"));
    }

    [Fact]
    public async Task AFieldThatAUserMappedAsSomethingElseIsAConflictAndNothingIsInstalled()
    {
        var url = await real.InstallAsync("clash");
        await using var harness = new WriterHarness(url);
        await using var writer = harness.Open();
        writer.Begin(0, 0);
        writer.Write(WriterHarness.Line(0));
        Assert.Empty(await writer.CommitAsync(1, default));
        await real.SendAsync(HttpMethod.Put, "/logs-telemetry.app-clash/_mapping", JsonNode.Parse(
            """{"properties":{"order":{"properties":{"total":{"type":"keyword"}}}}}"""));
        var installer = new TemplateInstaller(harness.Client, new TemplateOptions { Promoted = Contract.SomePromoted.Fields });

        var plan = await installer.PlanAsync(default);

        var change = plan.Changes.Single(change => change.Action == TemplateAction.Conflict);
        Assert.Equal(("fields of", "logs-telemetry.app-clash"), (change.Kind, change.Name));
        Assert.Equal(["- order.total: keyword", "+ order.total: double"], change.Diff);
        var refusal = await Assert.ThrowsAsync<FieldConflictException>(() => installer.ApplyAsync(plan, default));
        Assert.Equal(
            "The promoted fields do not fit what is stored: order.total is to be a double, but logs-telemetry.app-clash holds order.total as keyword; "
            + "give the field another name, or its type back.",
            refusal.Message);
        Assert.False((await new TemplateInstaller(harness.Client, new TemplateOptions()).PlanAsync(default)).IsDue);
    }

    [Fact]
    public async Task AUsersEditIsLeftAlone()
    {
        using var client = RealElasticsearch.Client(await real.InstallAsync("edited"));
        var path = "/_index_template/logs-telemetry.app-edited";
        var template = (await real.SendAsync(HttpMethod.Get, path))["index_templates"]![0]!["index_template"]!.DeepClone();
        template["template"]!["settings"] = new JsonObject { ["index"] = new JsonObject { ["number_of_shards"] = 3 } };
        template.AsObject().Remove("created_date_millis");
        await real.SendAsync(HttpMethod.Put, path, template);

        var plan = await new TemplateInstaller(client, new TemplateOptions()).PlanAsync(default);

        var change = plan.Changes.Single(change => change.Action != TemplateAction.Unchanged);
        Assert.Equal(("logs-telemetry.app-edited", TemplateAction.ChangedByUser), (change.Name, change.Action));
        Assert.Equal(["- template.settings.index.number_of_shards: 3"], change.Diff);
    }

    [Fact]
    public async Task StreamsAreLogsdbAndCrashesKeepTheirSource()
    {
        await using var harness = new WriterHarness(await real.InstallAsync("modes"));
        await using var writer = harness.Open();
        writer.Begin(0, 0);
        var crash = WriterHarness.Line(0);
        crash.Set(Fields.TelemetryLane, "critical");
        crash.Set(Fields.EventDataset, "telemetry.crash");
        writer.Write(crash);
        writer.Write(WriterHarness.Line(1));

        Assert.Empty(await writer.CommitAsync(1, default));

        var app = (await real.SendAsync(HttpMethod.Get, "/logs-telemetry.app-modes/_settings?flat_settings=true")).AsObject().First().Value!["settings"]!;
        var crashes = (await real.SendAsync(HttpMethod.Get, "/logs-telemetry.crash-modes/_settings?flat_settings=true")).AsObject().First().Value!["settings"]!;
        Assert.Equal("logsdb", app["index.mode"]!.ToString());
        Assert.Equal("stored", crashes["index.mapping.source.mode"]!.ToString());
    }
}
