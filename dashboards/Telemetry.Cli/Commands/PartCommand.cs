using System.CommandLine;
using Telemetry.Cli.Configuration;
using Telemetry.Cli.Hosting;
using Telemetry.Cli.Options;

namespace Telemetry.Cli.Commands;

/// <summary><c>telemetry gateway|indexer|console</c>: one part alone. Several share a data directory, one of each kind.</summary>
internal static class PartCommand
{
    /// <summary>Takes what shippers deliver.</summary>
    public static Command CreateGateway(CliContext context, ConfigurationSource configuration) => Create(
        context, configuration, Parts.Gateway, "gateway", "Run the gateway alone: take batches, make them durable, acknowledge.",
        [.. FlagSet.Data, .. FlagSet.Bus, .. FlagSet.Grpc, .. FlagSet.Metrics, .. FlagSet.Tls, .. FlagSet.Log]);

    /// <summary>Reads the bus and fills the store.</summary>
    public static Command CreateIndexer(CliContext context, ConfigurationSource configuration)
    {
        var command = Create(
            context, configuration, Parts.Indexer, "indexer", "Run the indexer alone: read the bus, fill the store.",
            [.. FlagSet.Data, .. FlagSet.Bus, .. FlagSet.Store, .. FlagSet.Fields, .. FlagSet.Retention, .. FlagSet.Metrics, .. FlagSet.Tls, .. FlagSet.Log]);
        command.Subcommands.Add(RewindCommand.Create(context, configuration));
        return command;
    }

    /// <summary>Answers.</summary>
    public static Command CreateConsole(CliContext context, ConfigurationSource configuration) => Create(
        context, configuration, Parts.Console, "console", "Run the console alone: pages and HTTP API on the store.",
        [.. FlagSet.Data, .. FlagSet.Store, .. FlagSet.Http, .. FlagSet.Tls, .. FlagSet.Log]);

    private static Command Create(
        CliContext context, ConfigurationSource configuration, Parts part, string name, string description,
        IEnumerable<Setting> settings)
    {
        var flags = new FlagSet(settings);
        var command = new Command(name, description);
        var json = JsonOption.Create(JsonOption.StartSummary);
        flags.AddTo(command);
        command.Options.Add(json);
        command.SetAction((parsed, cancel) =>
            ServerProcess.RunAsync(context, configuration.Load(parsed, flags), part, parsed.GetValue(json), cancel));
        return command;
    }
}
