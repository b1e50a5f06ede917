using System.CommandLine;
using Telemetry.Cli.Configuration;
using Telemetry.Cli.DeadLetters;
using Telemetry.Cli.Options;
using Telemetry.Cli.Rendering;

namespace Telemetry.Cli.Commands;

/// <summary><c>telemetry dlq list|show|retry|drop</c>: what could not be stored, in files or on a Kafka.</summary>
internal sealed class DeadLetterCommand(CliContext context, ConfigurationSource configuration)
{
    public static Command Create(CliContext context, ConfigurationSource configuration)
    {
        var letters = new DeadLetterCommand(context, configuration);
        return new Command("dlq", "Look at dead letters, what could not be stored, and try them again.")
        {
            letters.CreateList(), letters.CreateShow(), letters.CreateRetry(), letters.CreateDrop(),
        };
    }

    private Command CreateList()
    {
        var limit = new Option<int>("--limit") { HelpName = "N", Description = "Most letters printed.", DefaultValueFactory = _ => 100 };
        limit.Validators.Add(result =>
        {
            if (result.Tokens.Count == 1 && int.TryParse(result.Tokens[0].Value, out var n) && n < 1)
            {
                result.AddError("--limit has to be 1 or more.");
            }
        });
        var json = JsonOption.Create("Print one letter a line, as JSON.");
        var command = new Command("list", "Show the newest letters, oldest first.") { limit, json };
        Run(command, FlagSet.Bus, async (parsed, _, shelf, cancel) =>
        {
            var letters = await shelf.ListAsync(parsed.GetValue(limit), cancel);
            await context.Out.WriteLineAsync(
                parsed.GetValue(json) ? string.Join('\n', letters.Select(letter => DeadLetterText.ToJson(letter).ToJsonString()))
                : letters.Count == 0 ? "There are no dead letters."
                : Tables.Render(DeadLetterText.List(letters), context));
        });
        return command;
    }

    private Command CreateShow()
    {
        var id = new Argument<string>("ID") { Description = "As 'dlq list' shows it." }.RefusingFlags().RefusingBlank();
        var raw = new Option<bool>("--raw") { Description = "Write the bytes as they are, and nothing else." };
        var json = JsonOption.Create("Print one JSON object, with the bytes as text or as base64.");
        var command = new Command("show", "Show a letter and its bytes.") { id, raw, json };
        Run(command, FlagSet.Bus, async (parsed, _, shelf, cancel) =>
        {
            await foreach (var letter in shelf.ReadAsync([parsed.GetValue(id)!], cancel))
            {
                if (parsed.GetValue(raw))
                {
                    await context.OutBytes.WriteAsync(letter.Letter.Bytes, cancel);
                }
                else if (parsed.GetValue(json))
                {
                    await context.Out.WriteLineAsync(DeadLetterText.ToJsonWithBytes(letter).ToJsonString());
                }
                else
                {
                    await context.Out.WriteLineAsync($"{string.Join('\n', DeadLetterText.Metadata(letter))}\n");
                    DeadLetterText.WriteBytes(context.Out, letter.Letter.Bytes.Span);
                }

                return;
            }

            throw Unknown(parsed.GetValue(id)!);
        });
        return command;
    }

    private Command CreateRetry()
    {
        var which = new LetterSelection();
        var json = JsonOption.Create("Print one letter a line, as JSON.");
        var command = new Command("retry", "Try letters again: documents in the store, batches on the bus. What succeeds is a letter no more.");
        which.AddTo(command);
        command.Options.Add(json);
        Run(command, [.. FlagSet.Bus, .. FlagSet.Store], async (parsed, options, shelf, cancel) =>
        {
            var run = new RetryRun(context, options, shelf, parsed.GetValue(json));
            await run.RunAsync(await which.IdsAsync(parsed, shelf, cancel), cancel);
        });
        return command;
    }

    private Command CreateDrop()
    {
        var which = new LetterSelection();
        var json = JsonOption.Create("Print the ids of what was dropped, as JSON.");
        var yes = new YesOption(context);
        var command = new Command("drop", "Delete letters: their bytes are gone.");
        which.AddTo(command);
        command.Options.Add(json);
        yes.AddTo(command);
        Run(command, FlagSet.Bus, async (parsed, _, shelf, cancel) =>
        {
            var ids = await which.IdsAsync(parsed, shelf, cancel);
            if (ids.Count > 0)
            {
                await yes.ConfirmAsync(parsed, $"{Count(ids.Count)} with all bytes will be gone. Go on?", cancel);
                await shelf.RemoveAsync(ids, cancel);
            }

            await context.Out.WriteLineAsync(parsed.GetValue(json)
                ? System.Text.Json.JsonSerializer.Serialize(ids)
                : $"Dropped {Count(ids.Count)}.");
        });
        return command;
    }

    private void Run(
        Command command, IEnumerable<Setting> settings,
        Func<ParseResult, TelemetryOptions, IDeadLetterShelf, CancellationToken, Task> run)
    {
        var flags = new FlagSet([.. settings, .. FlagSet.Data]);
        flags.AddTo(command);
        command.SetAction(async (parsed, cancel) =>
        {
            var options = configuration.Load(parsed, flags);
            using IDeadLetterShelf shelf = options.Engines.Kafka is { } kafka
                ? new KafkaShelf(kafka, context.Time)
                : new FileShelf(options.DataDirectory);
            await run(parsed, options, shelf, cancel);
            return ExitCodes.Fine;
        });
    }

    internal static CliFailure Unknown(string id) =>
        CliFailure.Failed($"There is no dead letter '{VisibleText.Of(id)}'; 'telemetry dlq list' shows those there are.");

    internal static string Count(int letters) => letters == 1 ? "1 dead letter" : $"{letters} dead letters";
}
