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
