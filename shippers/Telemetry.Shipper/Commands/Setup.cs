using Telemetry.Protos.V1;
using Telemetry.Shipper.Configuration;
using Telemetry.Shipping.Diagnostics;
using Telemetry.Shipping.Machine;
using Telemetry.Shipping.Sending;
using Telemetry.Shipping.Spools;

namespace Telemetry.Shipper.Commands;

/// <summary>A command's configuration, merged and checked.</summary>
internal sealed record Setup(CommandLine CommandLine, Settings Settings, ShipperOptions Options, LifetimeContext Context, Log Log)
{
    private const string ProgramName = "telemetry-shipper";

    /// <summary>False after it has said everything that is wrong, or printed the help; the exit code is set then.</summary>
    public static bool TryCreate(Host host, IReadOnlyList<string> arguments, Verbs verb, string verbName, out Setup setup,
        out int exitCode)
    {
        setup = null!;
        exitCode = ExitCode.Usage;
        var problems = new List<string>();
        var commandLine = CommandLine.Parse(arguments, verb, problems);
        if (commandLine.WantsHelp)
        {
            host.Output.Write(HelpText.Of(verbName, verb));
            exitCode = ExitCode.Fine;
            return false;
        }

        var settings = Settings.Load(commandLine, host.Environment, problems);
        var options = ShipperOptions.From(settings, verb, host.Environment, problems);
        var identity = IdentityResolver.Resolve(settings.IdentityClaims, host.Machine, host.Environment, problems);
        if (problems.Count > 0)
        {
            return Fail(host, problems);
        }

        var agent = new Agent
        {
            Name = ProgramName,
            Version = typeof(Setup).Assembly.GetName().Version?.ToString(3) ?? "",
            RunId = RandomHex(host.Random, 16),
            Pid = Environment.ProcessId,
        };
        setup = new Setup(commandLine, settings, options, new LifetimeContext(identity, agent),
            new Log(host.Error, options.LogLevel, host.Time));
        return true;
    }

    /// <summary>Opens the logs of a command that reads what cannot be read again.</summary>
    /// <exception cref="IOException">The data directory cannot be used.</exception>
    public ProcessSpool OpenSpool(Host host, string name, string workloadId)
    {
        var spool = ProcessSpool.Open(ProcessSpool.FolderIn(Options.DataDirectory), name,
            path => LanePair.Open(path, Options.Lanes, NoPlans.Instance, Context, workloadId, Log, host.Time, host.Random));
        if (spool.IsInMemory)
        {
            Log.Warn("The disk is full: what is shipped is kept in memory, a few MiB of it, until it is acknowledged.");
        }

        return spool;
    }

    /// <summary>Lower-case hex digits of so many random bytes.</summary>
    public static string RandomHex(Random random, int bytes)
    {
        var buffer = new byte[bytes];
        random.NextBytes(buffer);
        return Convert.ToHexStringLower(buffer);
    }

    private static bool Fail(Host host, List<string> problems)
    {
        foreach (var problem in problems)
        {
            host.Error.WriteLine($"{ProgramName}: {problem}");
        }

        return false;
    }
}
