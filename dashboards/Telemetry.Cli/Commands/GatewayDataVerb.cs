using System.CommandLine;
using Telemetry.Cli.Hosting;
using Telemetry.Cli.Options;
using Telemetry.Gateway;

namespace Telemetry.Cli.Commands;

/// <summary>A verb on a file of a gateway in its data directory, which works whether a gateway runs there or not.</summary>
/// <param name="context">Where it prints.</param>
/// <param name="configuration">Where the directory comes from.</param>
/// <param name="json">Its <c>--json</c>.</param>
/// <param name="open">Opens the file of a directory.</param>
internal sealed class GatewayDataVerb<TStore>(CliContext context, ConfigurationSource configuration, Option<bool> json, Func<string, TStore> open)
{
    /// <summary>Has the command print what is returned; a file that cannot be used is its failure.</summary>
    public void Set(Command command, Func<ParseResult, TStore, string> print)
    {
        var flags = new FlagSet(FlagSet.Data);
        flags.AddTo(command);
        command.Options.Add(json);
        command.SetAction(parsed =>
        {
            var data = new DataDirectory(configuration.Load(parsed, flags).DataDirectory);
            data.Prepare();
            try
            {
                context.Out.WriteLine(print(parsed, open(data.Path)));
                return ExitCodes.Fine;
            }
            catch (GatewayException e)
            {
                throw CliFailure.Failed(e.Message);
            }
        });
    }
}
