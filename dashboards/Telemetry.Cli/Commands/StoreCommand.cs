using System.CommandLine;
using System.Text.Json.Nodes;
using Spectre.Console;
using Telemetry.Cli.Configuration;
using Telemetry.Cli.Hosting;
using Telemetry.Cli.Options;
using Telemetry.Cli.Rendering;
using Telemetry.Store.Elasticsearch;

namespace Telemetry.Cli.Commands;

/// <summary><c>telemetry store install</c>: the templates of an Elasticsearch, as the indexer installs them at its start.</summary>
internal sealed class StoreCommand(CliContext context, bool isDryRun, bool showsDiff, bool json)
{
    public static Command Create(CliContext context, ConfigurationSource configuration) =>
        new("store", "Look after the store.") { CreateInstall(context, configuration) };

    private static Command CreateInstall(CliContext context, ConfigurationSource configuration)
    {
        var dryRun = new Option<bool>("--dry-run") { Description = "Say what would be done, and do nothing." };
        var diff = new Option<bool>("--diff") { Description = "Also show what differs, a line each: + is wanted, - is there." };
        var json = JsonOption.Create("Print one template a line, as JSON.");
        var flags = new FlagSet([.. FlagSet.Store, Settings.StoreKeep, .. FlagSet.Fields, .. FlagSet.Data]);
        var command = new Command(
            "install", "Install the templates of an Elasticsearch or bring them up to date; what a user changed is left alone.")
        {
            dryRun, diff, json,
        };
        flags.AddTo(command);
        command.SetAction(async (parsed, cancel) =>
        {
            var options = configuration.Load(parsed, flags);
            if (options.Engines.Elasticsearch is not { } elastic)
            {
                // For a program that is no line: there is no template.
                await (parsed.GetValue(json) ? context.Error : context.Out).WriteLineAsync(
                    "The store is files in the data directory: there is nothing to install. --store URL names an Elasticsearch.");
                return ExitCodes.Fine;
            }

            var install = new StoreCommand(context, parsed.GetValue(dryRun), parsed.GetValue(diff), parsed.GetValue(json));
            using var client = new ElasticClient(elastic, context.Time);
            await install.RunAsync(new TemplateInstaller(client, ElasticStoreEngine.OptionsOf(options.Retention, options.Fields)), cancel);
            return ExitCodes.Fine;
        });
        return command;
    }

    private async Task RunAsync(TemplateInstaller installer, CancellationToken cancel)
    {
        var plan = await installer.PlanAsync(cancel);
        if (!isDryRun)
        {
            await installer.ApplyAsync(plan, cancel);
        }

        await context.Out.WriteLineAsync(json ? string.Join('\n', plan.Changes.Select(c => ToJson(c).ToJsonString())) : ToText(plan));
    }

    private string ToText(TemplatePlan plan)
    {
        var table = Tables.Create("what", "name", isDryRun ? "would be" : "is");
        foreach (var change in plan.Changes)
        {
            table.AddRow(new Text(change.Kind), new Text(VisibleText.Of(change.Name)), new Text(ActionOf(change.Action)));
        }

        var text = Tables.Render(table, context);
        return showsDiff ? string.Join("\n\n", plan.Changes.Where(c => c.Diff.Count > 0).Select(DiffOf).Prepend(text)) : text;
    }

    private static string DiffOf(TemplateChange change) =>
        string.Join('\n', change.Diff.Select(line => $"  {VisibleText.Of(line)}").Prepend($"{change.Kind} {VisibleText.Of(change.Name)}"));

    private static string ActionOf(TemplateAction action) => action switch
    {
        TemplateAction.Create => "created",
        TemplateAction.Update => "updated",
        TemplateAction.Unchanged => "unchanged",
        TemplateAction.ChangedByUser => "left alone, a user changed it",
        TemplateAction.Conflict => "in conflict with what is stored",
        _ => "left alone, a newer version made it",
    };

    private JsonObject ToJson(TemplateChange change)
    {
        var node = new JsonObject
        {
            ["kind"] = change.Kind,
            ["name"] = change.Name,
            ["action"] = change.Action switch
            {
                TemplateAction.Create => "create",
                TemplateAction.Update => "update",
                TemplateAction.Unchanged => "unchanged",
                TemplateAction.ChangedByUser => "changed_by_user",
                TemplateAction.Conflict => "conflict",
                _ => "newer",
            },
            ["applied"] = !isDryRun && change.IsDue,
        };
        if (showsDiff)
        {
            node["diff"] = new JsonArray([.. change.Diff.Select(line => JsonValue.Create(line))]);
        }

        return node;
    }
}
