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
        var flags = new FlagSet([
            .. FlagSet.Data, .. FlagSet.Http, .. FlagSet.Grpc, .. FlagSet.Shipper, .. FlagSet.Retention, .. FlagSet.Tls,
            .. FlagSet.Log]);
        var command = new Command(
            "up", "Run everything on this machine until Ctrl-C: gateway, bus, indexer, store, console and a shipper.");
        flags.AddTo(command);
        command.Options.Add(demo);
        command.SetAction((parsed, cancel) =>
        {
            var options = configuration.Load(parsed, flags);
            if (parsed.GetValue(demo) && configuration.Merge(parsed, flags)[Settings.LogLevel].Source == SettingSource.Default)
            {
                // The story is what is read here; who comes and goes at the gateway would drown it.
                options = options with { LogLevel = LogLevel.Warning };
            }

            var parts = Parts.Up
                & (options.Shipper.Enabled ? ~Parts.None : ~Parts.Shipper)
                | (parsed.GetValue(demo) ? Parts.Demo : Parts.None);
            return ServerProcess.RunAsync(context, options, parts, cancel);
        });
        return command;
    }
}
