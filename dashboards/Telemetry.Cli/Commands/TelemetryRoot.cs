using System.CommandLine;
using System.CommandLine.Help;
using Telemetry.Cli.Options;

namespace Telemetry.Cli.Commands;

/// <summary>The tree of verbs.</summary>
internal static class TelemetryRoot
{
    public static Command Create(CliContext context)
    {
        var configuration = new ConfigurationSource(context);
        var root = new Command("telemetry", "Logs and crashes of servers that are replaced instead of repaired.")
        {
            UpCommand.Create(context, configuration),
            SearchCommand.Create(context, configuration),
            LifetimesCommand.Create(context, configuration),
            CrashesCommand.Create(context, configuration),
            PartCommand.CreateGateway(context, configuration),
            PartCommand.CreateIndexer(context, configuration),
            PartCommand.CreateConsole(context, configuration),
            BusCommand.Create(context, configuration),
            StoreCommand.Create(context, configuration),
            DeadLetterCommand.Create(context, configuration),
            PurgeCommand.Create(context, configuration),
            HoldCommand.Create(context, configuration),
            BackupCommand.Create(context, configuration),
            RestoreCommand.Create(context, configuration),
            LevelCommand.Create(context, configuration),
            TokenCommand.Create(context, configuration),
            TlsCommand.Create(context, configuration),
            ConfigCommand.Create(context, configuration),
            VersionCommand.Create(context),
        };
        root.Options.Add(configuration.File);
        root.Options.Add(new HelpOption());
        return root;
    }
}
