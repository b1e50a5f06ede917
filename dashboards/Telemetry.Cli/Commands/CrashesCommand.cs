using System.CommandLine;
using Telemetry.Cli.Client;
using Telemetry.Cli.Options;
using Telemetry.Cli.Rendering;

namespace Telemetry.Cli.Commands;

/// <summary><c>telemetry crashes</c>.</summary>
internal static class CrashesCommand
{
    public static Command Create(CliContext context, ConfigurationSource configuration)
    {
        var range = new RangeOptions();
        var json = JsonOption.Create("Print one crash a line, as JSON.");
        var source = new ApiSource(context, configuration);
        var command = new Command("crashes", "Show processes that ended badly, newest first.");
        range.AddTo(command);
        command.Options.Add(json);
        source.AddTo(command);
        command.SetAction(async (parsed, cancel) =>
        {
            await using var session = await source.OpenAsync(parsed);
            var answer = await session.Api.GetAsync($"api/v1/crashes{range.Of(parsed)}", null, cancel);
            var crashes = JsonFields.Items(answer, "crashes").ToArray();
            await context.Out.WriteLineAsync(parsed.GetValue(json)
                ? string.Join('\n', crashes.Select(JsonFields.OneLine))
                : Tables.Render(LifetimeTables.Crashes(crashes), context));
            return ExitCodes.Fine;
        });
        return command;
    }
}
