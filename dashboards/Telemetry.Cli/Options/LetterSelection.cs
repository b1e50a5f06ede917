using System.CommandLine;
using Telemetry.Bus.Kafka;
using Telemetry.Cli.Commands;
using Telemetry.Cli.DeadLetters;

namespace Telemetry.Cli.Options;

/// <summary>Which dead letters: ids, or <c>--all</c>; one of both has to be said.</summary>
internal sealed class LetterSelection
{
    private readonly Argument<string[]> _ids = new Argument<string[]>("ID")
    {
        Description = "As 'dlq list' shows them.", Arity = ArgumentArity.ZeroOrMore,
    }.RefusingFlags().RefusingBlank();

    private readonly Option<bool> _all = new("--all") { Description = "All that there are." };

    public void AddTo(Command command)
    {
        command.Arguments.Add(_ids);
        command.Options.Add(_all);
        command.Validators.Add(result =>
        {
            if (result.GetValue(_all) == (result.GetValue(_ids) is { Length: > 0 }))
            {
                result.AddError("Either some ids or --all has to be said.");
            }
        });
    }

    /// <summary>The ids, oldest first.</summary>
    /// <exception cref="CliFailure">One of those named is none; exit 1.</exception>
    public async Task<IReadOnlyList<string>> IdsAsync(ParseResult parsed, IDeadLetterShelf shelf, CancellationToken cancel)
    {
        var there = (await shelf.ListAsync(KafkaDeadLetters.MaxListed, cancel)).Select(letter => letter.Id).ToList();
        if (parsed.GetValue(_all))
        {
            return there;
        }

        var wanted = parsed.GetValue(_ids)!.ToHashSet(StringComparer.Ordinal);
        return wanted.Except(there).FirstOrDefault() is { } unknown
            ? throw DeadLetterCommand.Unknown(unknown)
            : there.FindAll(wanted.Contains);
    }
}
