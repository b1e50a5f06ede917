using System.CommandLine;
using System.CommandLine.Parsing;
using Telemetry.Cli.Commands;

namespace Telemetry.Cli;

/// <summary>Runs one command line: parses it, runs the command, turns every failure into sentences and an exit code.</summary>
internal static class TelemetryCli
{
    /// <summary>Never throws but for a defect.</summary>
    public static async Task<int> RunAsync(IReadOnlyList<string> args, CliContext context, CancellationToken cancel)
    {
        try
        {
            // A query may begin with @timestamp, which is no file of arguments.
            var parsed = TelemetryRoot.Create(context).Parse(args, new ParserConfiguration { ResponseFileTokenReplacer = null });
            if (parsed.Errors.Count > 0)
            {
                throw CliFailure.Usage(Explain(parsed));
            }

            var exitCode = await parsed.InvokeAsync(
                new InvocationConfiguration
                {
                    Output = context.Out,
                    Error = context.Error,
                    EnableDefaultExceptionHandler = false,
                    ProcessTerminationTimeout = null,
                },
                cancel);
            await context.Out.FlushAsync(CancellationToken.None);
            return exitCode;
        }
        catch (CliFailure failure)
        {
            await FlushQuietlyAsync(context.Out);
            foreach (var sentence in failure.Sentences)
            {
                // An indented line shows what the sentence above it speaks of.
                await context.Error.WriteLineAsync(sentence.StartsWith(' ') ? sentence : $"telemetry: {sentence}");
            }

            return failure.ExitCode;
        }
        catch (OperationCanceledException) when (cancel.IsCancellationRequested)
        {
            await FlushQuietlyAsync(context.Out);
            return ExitCodes.Fine;
        }
        catch (IOException e) when (IsBrokenPipe(e))
        {
            return ExitCodes.Fine;
        }
        catch (IOException e)
        {
            await context.Error.WriteLineAsync($"telemetry: {e.Message}");
            return ExitCodes.Failed;
        }
    }

    private static string[] Explain(ParseResult parsed)
    {
        var command = parsed.CommandResult.Command;
        var path = string.Join(' ', Names(parsed.CommandResult));
        return [.. parsed.Errors.Select(error => error.Message).Distinct(), $"'{path} --help' lists what can be said."];

        static IEnumerable<string> Names(CommandResult result) =>
            (result.Parent is CommandResult parent ? Names(parent) : []).Append(result.Command.Name);
    }

    private static async Task FlushQuietlyAsync(TextWriter output)
    {
        try
        {
            await output.FlushAsync(CancellationToken.None);
        }
        catch (IOException e) when (IsBrokenPipe(e))
        {
            // The reader has seen enough; the failure is still told on standard error.
        }
    }

    private static bool IsBrokenPipe(IOException e)
    {
        const int epipe = 32;
        return e.HResult == epipe;
    }
}
