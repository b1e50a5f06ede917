using System.CommandLine;
using System.Text.Json;
using System.Text.Json.Nodes;
using Spectre.Console;
using Telemetry.Cli.Configuration;
using Telemetry.Cli.Options;
using Telemetry.Cli.Rendering;

namespace Telemetry.Cli.Commands;

/// <summary><c>telemetry config show</c>: the merged configuration with the source of each value, secrets redacted.</summary>
internal static class ConfigCommand
{
    private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true };

    public static Command Create(CliContext context, ConfigurationSource configuration) =>
        new("config", "Look at the configuration.") { CreateShow(context, configuration) };

    private static Command CreateShow(CliContext context, ConfigurationSource configuration)
    {
        var flags = new FlagSet(Settings.All.Where(setting => setting.Flag is not null));
        var json = JsonOption.Create();
        var command = new Command("show", "Print every setting, its value and where the value comes from.") { json };
        flags.AddTo(command);
        command.SetAction(parsed =>
        {
            configuration.Load(parsed, flags);
            var merged = configuration.Merge(parsed, flags);
            context.Out.WriteLine(parsed.GetValue(json) ? ToJson(merged) : ToTable(context, merged));
            return ExitCodes.Fine;
        });
        return command;
    }

    private static string ToJson(EffectiveConfiguration merged)
    {
        var root = new JsonObject();
        foreach (var value in merged.Values)
        {
            JsonNode text = value.Setting.Kind == SettingKind.List
                ? new JsonArray([.. value.Texts.Select(item => JsonValue.Create(item))])
                : value.Display;
            root[value.Setting.Key] = new JsonObject { ["value"] = text, ["source"] = value.Origin };
        }

        return root.ToJsonString(Indented);
    }

    private static string ToTable(CliContext context, EffectiveConfiguration merged)
    {
        var table = Tables.Create("setting", "value", "source", "in the environment");
        foreach (var value in merged.Values)
        {
            table.AddRow([.. new[] { value.Setting.Key, value.Display, value.Origin, value.Setting.EnvironmentName }
                .Select(cell => new Text(VisibleText.Of(cell)))]);
        }

        return Tables.Render(table, context);
    }
}
