using System.CommandLine;
using System.Text.Json;
using Telemetry.Cli.Client;
using Telemetry.Cli.Options;
using Telemetry.Cli.Rendering;

namespace Telemetry.Cli.Commands;

/// <summary><c>telemetry lifetimes [ID]</c>.</summary>
internal static class LifetimesCommand
{
    public static Command Create(CliContext context, ConfigurationSource configuration)
    {
        var id = new Argument<string?>("ID")
        {
            Description = "One lifetime with everything; without it all of them.", Arity = ArgumentArity.ZeroOrOne,
        }.RefusingFlags().RefusingBlank();
        var range = new RangeOptions();
        var json = JsonOption.Create("Print one lifetime a line, as JSON.");
        var source = new ApiSource(context, configuration);
        var command = new Command("lifetimes", "Show the boots of servers, newest first.") { id };
        range.AddTo(command);
        command.Options.Add(json);
        source.AddTo(command);
        command.SetAction(async (parsed, cancel) =>
        {
            await using var session = await source.OpenAsync(parsed);
            var asJson = parsed.GetValue(json);
            return parsed.GetValue(id) is { } wanted
                ? await PrintOneAsync(context, session.Api, wanted, asJson, cancel)
                : await PrintAllAsync(context, session.Api, range.Of(parsed), asJson, cancel);
        });
        return command;
    }

    private static async Task<int> PrintAllAsync(
        CliContext context, TelemetryApi api, string range, bool json, CancellationToken cancel)
    {
        var answer = await api.GetAsync($"api/v1/lifetimes{range}", null, cancel);
        var lifetimes = JsonFields.Items(answer, "lifetimes").ToArray();
        await context.Out.WriteLineAsync(json
            ? string.Join('\n', lifetimes.Select(JsonFields.OneLine))
            : Tables.Render(LifetimeTables.List(lifetimes), context));
        return ExitCodes.Fine;
    }

    private static async Task<int> PrintOneAsync(
        CliContext context, TelemetryApi api, string id, bool json, CancellationToken cancel)
    {
        JsonElement lifetime = await api.GetAsync($"api/v1/lifetimes/{Uri.EscapeDataString(id)}", null, cancel);
        await context.Out.WriteLineAsync(json
            ? JsonFields.OneLine(lifetime)
            : string.Join("\n\n", LifetimeTables.One(lifetime).Where(table => table.Rows.Count > 0)
                .Select(table => Tables.Render(table, context))));
        return ExitCodes.Fine;
    }
}
