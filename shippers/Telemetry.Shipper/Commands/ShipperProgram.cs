using Telemetry.Shipping.Configuration;

namespace Telemetry.Shipper.Commands;

/// <summary>Finds the command that was meant.</summary>
internal static class ShipperProgram
{
    private static readonly string[] _verbs = ["run", "pipe", "exec", "config", "help"];

    public static async Task<int> RunAsync(string[] arguments, Host host)
    {
        switch (arguments)
        {
            case ["run", .. var rest]:
                return await RunCommand.RunAsync(host, rest);
            case ["pipe", .. var rest]:
                return await PipeCommand.RunAsync(host, rest);
            case ["exec", .. var rest]:
                return await ExecCommand.RunAsync(host, rest);
            case ["config", "show", .. var rest]:
                return ConfigShowCommand.Run(host, rest);
            case ["help" or "--help" or "-h", ..]:
                host.Output.Write(HelpText.Overview);
                return ExitCode.Fine;
            case ["--version", ..]:
                host.Output.WriteLine($"telemetry-shipper {typeof(ShipperProgram).Assembly.GetName().Version?.ToString(3)}");
                return ExitCode.Fine;
            case []:
                host.Error.Write(HelpText.Overview);
                return ExitCode.Usage;
            default:
                var command = string.Join(' ', arguments.Take(arguments[0] == "config" ? 2 : 1));
                host.Error.WriteLine($"telemetry-shipper: Unknown command '{command}'."
                    + NearMatch.Hint(arguments[0], _verbs));
                return ExitCode.Usage;
        }
    }
}
