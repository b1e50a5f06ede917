using System.CommandLine;
using Microsoft.Extensions.Logging;
using Telemetry.Cli.Configuration;
using Telemetry.Cli.Hosting;
using Telemetry.Cli.Options;

namespace Telemetry.Cli.Commands;

/// <summary><c>telemetry up</c>: everything on one machine, in the foreground.</summary>
internal static class UpCommand
{
    public static Command Create(CliContext context, ConfigurationSource configuration)
    {
        var demo = new Option<bool>("--demo")
        {
            Description = "Run a small fleet of real servers that live and die, and tell what happens.",
        };
        var json = JsonOption.Create(JsonOption.StartSummary);
        var flags = new FlagSet([
            .. FlagSet.Data, .. FlagSet.Bus, .. FlagSet.Store, .. FlagSet.Fields, .. FlagSet.Http, .. FlagSet.Grpc, .. FlagSet.Shipper, .. FlagSet.Retention, .. FlagSet.Tls,
            .. FlagSet.Log]);
        var command = new Command(
            "up", "Run everything on this machine until Ctrl-C: gateway, bus, indexer, store, console and a shipper.");
        flags.AddTo(command);
        command.Options.Add(demo);
        command.Options.Add(json);
        command.SetAction((parsed, cancel) =>
        {
            var options = configuration.Load(parsed, flags);
            if (parsed.GetValue(demo) && configuration.Merge(parsed, flags)[Settings.LogLevel].Source == SettingSource.Default)
            {
                // The story is what is read here; who comes and goes at the gateway would drown it.
                options = options with { LogLevel = LogLevel.Warning };
            }

            return ServerProcess.RunAsync(
                context, options, PartsOf(options, parsed.GetValue(demo)), parsed.GetValue(json), cancel);
        });
        return command;
    }

    // Beside seven servers that live for a minute, this machine's days of uptime and its logs would be all that is seen.
    private static Parts PartsOf(TelemetryOptions options, bool demo)
    {
        var shipper = options.Shipper.Enabled && (!demo || options.Shipper.Watch.Count > 0);
        return (shipper ? Parts.Up : Parts.Up & ~Parts.Shipper) | (demo ? Parts.Demo : Parts.None);
    }
}
