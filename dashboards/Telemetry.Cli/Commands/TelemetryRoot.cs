using System.CommandLine;
using Telemetry.Cli.Options;

namespace Telemetry.Cli.Commands;

/// <summary>The tree of verbs.</summary>
internal static class TelemetryRoot
{
    public static RootCommand Create(CliContext context)
    {
        var configuration = new ConfigurationSource(context);
        var root = new RootCommand("Logs and crashes of servers that are replaced instead of repaired.")
        {
            SearchCommand.Create(context, configuration),
            ConfigCommand.Create(context, configuration),
            VersionCommand.Create(context),
        };
        root.Options.Add(configuration.File);
        return root;
    }
}
