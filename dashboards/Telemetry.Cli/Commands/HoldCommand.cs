using System.CommandLine;
using System.Text.Json.Nodes;
using Spectre.Console;
using Telemetry.Cli.Care;
using Telemetry.Cli.Configuration;
using Telemetry.Cli.Hosting;
using Telemetry.Cli.Options;
using Telemetry.Cli.Rendering;
using Telemetry.Store;
using Telemetry.Store.Holds;
using Telemetry.Wire;

namespace Telemetry.Cli.Commands;

/// <summary><c>telemetry hold LIFETIME|list|release LIFETIME</c>: keeps retention off a lifetime. Works on the store, server or not.</summary>
internal sealed class HoldCommand(CliContext context, ConfigurationSource configuration)
{
    private readonly Option<bool> _json = JsonOption.Create();

    public static Command Create(CliContext context, ConfigurationSource configuration)
    {
        var hold = new HoldCommand(context, configuration);
        var command = hold.CreateHold();
        command.Subcommands.Add(hold.CreateList());
        command.Subcommands.Add(hold.CreateRelease());
        return command;
    }

    private Command CreateHold()
    {
        var lifetime = CreateArgument(
            "Id of the lifetime, of which nothing is deleted for its age or size. On Elasticsearch it is copied to telemetry-held-NAMESPACE: "
            + "at once, and what comes later after the next rollover, as long as an indexer runs.");
        // Not for the verbs below.
        lifetime.Arity = ArgumentArity.ZeroOrOne;
        var reason = new Option<string>("--reason") { HelpName = "TEXT", Description = "Why, for people. [default: none]" };
        var command = new Command("hold", "Keep everything of a lifetime, whatever retention says.") { lifetime, reason };
        Run(command, async (parsed, holds, cancel) =>
        {
            var id = Parse(parsed.GetValue(lifetime) ?? throw CliFailure.Usage("hold needs the id of a lifetime; 'telemetry lifetimes' lists them"));
            var why = parsed.GetValue(reason) ?? "";
            if (why.Length > HoldFile.MaxReason)
            {
                throw CliFailure.Usage($"--reason has to be {HoldFile.MaxReason} characters or less");
            }

            if (await holds.Lifetimes.GetAsync(id, cancel) is null)
            {
                throw CliFailure.Failed($"No lifetime {id} is known in {holds.Place}; 'telemetry lifetimes' lists them.");
            }

            var now = (context.Time.GetUtcNow() - DateTimeOffset.UnixEpoch).Ticks / TimeSpan.TicksPerMicrosecond;
            var hold = new Hold(id, why, Environment.UserName, now);
            var isNew = await holds.AddAsync(hold, cancel);
            hold = (await holds.ListAsync(cancel)).First(other => other.Lifetime == id);
            return parsed.GetValue(_json) ? ToJson(hold).ToJsonString()
                : isNew ? $"Held: nothing of {id} is deleted by retention from now on."
                : $"{id} was held already, since {Rfc3339.Format(hold.SinceUnixUs)}.";
        });
        return command;
    }

    private Command CreateList()
    {
        var command = new Command("list", "Show what is held.");
        Run(command, async (parsed, holds, cancel) => await holds.ListAsync(cancel) is var all && parsed.GetValue(_json)
            ? string.Join('\n', all.Select(hold => ToJson(hold).ToJsonString()))
            : ToTable(all));
        return command;
    }

    private Command CreateRelease()
    {
        var lifetime = CreateArgument("Id of the lifetime.");
        var command = new Command("release", "End a hold: retention deletes what is past its bounds at its next turn.") { lifetime };
        Run(command, async (parsed, holds, cancel) =>
        {
            var id = Parse(parsed.GetValue(lifetime)!);
            return await holds.ReleaseAsync(id, cancel)
                ? parsed.GetValue(_json) ? new JsonObject { ["released"] = id.ToString() }.ToJsonString() : $"Released {id}."
                : throw CliFailure.Failed($"{id} is not held.");
        });
        return command;
    }

    private void Run(Command command, Func<ParseResult, IHoldShelf, CancellationToken, Task<string>> print)
    {
        var flags = new FlagSet([.. FlagSet.Store, .. FlagSet.Data]);
        flags.AddTo(command);
        command.Options.Add(_json);
        command.SetAction(async (parsed, cancel) =>
        {
            PrivateFiles.BeDefault();
            var options = configuration.Load(parsed, flags);
            try
            {
                using var holds = Open(options);
                await context.Out.WriteLineAsync(await print(parsed, holds, cancel));
                return ExitCodes.Fine;
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                throw CliFailure.Failed(e.Message);
            }
        });
    }

    private IHoldShelf Open(TelemetryOptions options)
    {
        if (options.Engines.Elasticsearch is { } elastic)
        {
            return new ElasticHoldShelf(elastic, context.Time);
        }

        var data = new DataDirectory(options.DataDirectory);
        data.Prepare();
        return new FileHolds(data, context.Time);
    }

    private static Argument<string> CreateArgument(string description) =>
        new Argument<string>("LIFETIME") { Description = description }.RefusingFlags().RefusingBlank();

    private static LifetimeId Parse(string text) => LifetimeId.TryParse(text, out var id)
        ? id
        : throw CliFailure.Usage($"'{text}' is no id of a lifetime, 32 hex digits; 'telemetry lifetimes' lists them.");

    private static JsonObject ToJson(Hold hold) => new()
    {
        ["lifetime"] = hold.Lifetime.ToString(),
        ["reason"] = hold.Reason,
        ["by"] = hold.By,
        ["since"] = Rfc3339.Format(hold.SinceUnixUs),
    };

    private string ToTable(IEnumerable<Hold> holds)
    {
        var table = Tables.Create("lifetime", "since", "by", "reason");
        foreach (var hold in holds)
        {
            table.AddRow([.. new[] { hold.Lifetime.ToString(), ShortTime.Of(Rfc3339.Format(hold.SinceUnixUs)), hold.By, hold.Reason }
                .Select(cell => new Text(cell.Length > 0 ? VisibleText.Of(cell) : "-"))]);
        }

        return Tables.Render(table, context);
    }
}
