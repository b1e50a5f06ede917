using System.CommandLine;

namespace Telemetry.Cli.Options;

/// <summary><c>--yes</c>: what cannot be undone asks first.</summary>
internal sealed class YesOption(CliContext context)
{
    private readonly Option<bool> _yes = new("--yes") { Description = "Do not ask." };

    public void AddTo(Command command) => command.Options.Add(_yes);

    /// <summary>Whether it was said.</summary>
    public bool IsGiven(ParseResult parsed) => parsed.GetValue(_yes);

    /// <summary>Asks on standard error, unless <c>--yes</c> was said.</summary>
    /// <exception cref="CliFailure">Nobody is there to answer (exit 2), or the answer is no (exit 1).</exception>
    public async Task ConfirmAsync(ParseResult parsed, string question, CancellationToken cancel)
    {
        if (parsed.GetValue(_yes))
        {
            return;
        }

        if (context.In is not { } answers)
        {
            throw CliFailure.Usage($"{question} Nobody is at the terminal to answer; --yes says so.");
        }

        await context.Error.WriteAsync($"{question} [y/N] ");
        await context.Error.FlushAsync(cancel);
        if ((await answers.ReadLineAsync(cancel))?.Trim().ToLowerInvariant() is not ("y" or "yes"))
        {
            throw CliFailure.Failed("Nothing was done.");
        }
    }
}
