using System.CommandLine;
using System.Text.Json.Nodes;
using Spectre.Console;
using Telemetry.Cli.Configuration;
using Telemetry.Cli.Options;
using Telemetry.Cli.Rendering;
using Telemetry.Gateway.Levels;
using Telemetry.Store;

namespace Telemetry.Cli.Commands;

/// <summary><c>telemetry level set|list|clear</c>: from which level on services log. Works on a gateway's data directory, running or not.</summary>
internal sealed class LevelCommand(CliContext context, ConfigurationSource configuration)
{
    private readonly Option<bool> _json = JsonOption.Create();

    public static Command Create(CliContext context, ConfigurationSource configuration)
    {
        var level = new LevelCommand(context, configuration);
        return new Command("level", "Have services log from another level on, for a while. With several gateways, on each of them.")
        {
            level.CreateSet(), level.CreateList(), level.CreateClear(),
        };
    }

    private Command CreateSet()
    {
        var service = CreateService();
        var name = new Argument<string>("LEVEL") { Description = $"{string.Join(", ", LevelStore.Names)}." }.RefusingFlags().RefusingBlank();
        var duration = new Option<string>("--for")
        {
            HelpName = "DURATION", Description = $"The service goes back to its own level after it, at most {DurationText.Format(LevelStore.MaxFor)}.",
            DefaultValueFactory = _ => "10m",
        };
        var command = new Command(
            "set", "Move the services' controlLevelSwitch: those that are connected within seconds, others as soon as they are.") { name, service, duration };
        Run(command, (parsed, levels) =>
        {
            var asked = parsed.GetValue(name)!;
            var level = LevelStore.Names.FirstOrDefault(known => known.Equals(asked, StringComparison.OrdinalIgnoreCase))
                ?? throw CliFailure.Usage($"'{asked}' is no level; there are {string.Join(", ", LevelStore.Names)}");
            if (!DurationText.TryParse(parsed.GetValue(duration)!, out var time) || time <= TimeSpan.Zero || time > LevelStore.MaxFor)
            {
                throw CliFailure.Usage($"--for has to be a time like 10m, at most {DurationText.Format(LevelStore.MaxFor)}");
            }

            var rule = levels.Set(parsed.GetValue(service)!, level, time, Environment.UserName);
            return parsed.GetValue(_json)
                ? ToJson(rule).ToJsonString()
                : $"{VisibleText.Of(rule.Service)} is to log from {rule.Level} on, until {Rfc3339.Format(rule.UntilUnixUs)}.";
        });
        return command;
    }

    private Command CreateList()
    {
        var command = new Command("list", "Show what holds now.");
        Run(command, (parsed, levels) => parsed.GetValue(_json)
            ? string.Join('\n', levels.List().Select(rule => ToJson(rule).ToJsonString()))
            : ToTable(levels.List()));
        return command;
    }

    private Command CreateClear()
    {
        var service = CreateService();
        var command = new Command("clear", "Let a service go back to its own level now.") { service };
        Run(command, (parsed, levels) => levels.Clear(parsed.GetValue(service)!)
            ? parsed.GetValue(_json)
                ? new JsonObject { ["cleared"] = parsed.GetValue(service) }.ToJsonString()
                : $"{VisibleText.Of(parsed.GetValue(service)!)} is to log from its own level on."
            : throw CliFailure.Failed($"Nothing is set for '{VisibleText.Of(parsed.GetValue(service)!)}'; 'telemetry level list' shows what is."));
        return command;
    }

    private void Run(Command command, Func<ParseResult, LevelStore, string> print) =>
        new GatewayDataVerb<LevelStore>(context, configuration, _json, data => new LevelStore(data, context.Time)).Set(command, print);

    private static Option<string> CreateService() =>
        new Option<string>("--service") { HelpName = "NAME", Description = "Name of the service.", Required = true }.RefusingBlank();

    private static JsonObject ToJson(LevelRule rule) => new()
    {
        ["service"] = rule.Service,
        ["level"] = rule.Level,
        ["until"] = Rfc3339.Format(rule.UntilUnixUs),
        ["by"] = rule.By,
    };

    private string ToTable(IEnumerable<LevelRule> rules)
    {
        var table = Tables.Create("service", "level", "until", "by");
        foreach (var rule in rules)
        {
            table.AddRow([.. new[] { rule.Service, rule.Level, ShortTime.Of(Rfc3339.Format(rule.UntilUnixUs)), rule.By }
                .Select(cell => new Text(cell.Length > 0 ? VisibleText.Of(cell) : "-"))]);
        }

        return Tables.Render(table, context);
    }
}
