using System.CommandLine;
using Telemetry.Cli.Backup;
using Telemetry.Cli.Configuration;
using Telemetry.Cli.Hosting;
using Telemetry.Cli.Options;

namespace Telemetry.Cli.Commands;

/// <summary><c>telemetry backup PATH</c>: copies a data directory beside the servers that work on it.</summary>
internal static class BackupCommand
{
    public static Command Create(CliContext context, ConfigurationSource configuration)
    {
        var path = new Argument<string>("FILE|DIR")
        {
            Description = "Where to: one file when the name ends in .tar, else a folder. It must not exist, or be empty.",
        }.RefusingFlags().RefusingBlank();
        var json = JsonOption.Create();
        var flags = new FlagSet(FlagSet.Data);
        var command = new Command(
            "backup", "Copy bus, store, tokens and holds of a data directory, whether a server works on it or not.")
        {
            path, json,
        };
        flags.AddTo(command);
        command.SetAction(async (parsed, cancel) =>
        {
            PrivateFiles.BeDefault();
            var options = configuration.Load(parsed, flags);
            var target = parsed.GetValue(path)!;
            var manifest = await RunAsync(context, new DataDirectory(options.DataDirectory), target, cancel);
            string[] notes = [.. manifest.Notes, .. Elsewhere(options.Engines)];
            await context.Out.WriteLineAsync(parsed.GetValue(json)
                ? BackupSummary.ToJson(manifest, Path.GetFullPath(target), notes).ToJsonString(BackupSummary.Readable)
                : $"{BackupSummary.Sizes(manifest)} are in {Path.GetFullPath(target)}: everything acknowledged before {manifest.Began}.");
            if (!parsed.GetValue(json))
            {
                await BackupSummary.PrintAsync(context.Error, notes);
            }

            return ExitCodes.Fine;
        });
        return command;
    }

    private static async Task<BackupManifest> RunAsync(
        CliContext context, DataDirectory data, string target, CancellationToken cancel)
    {
        if (!Directory.Exists(data.Store) && !Directory.Exists(data.Bus))
        {
            throw CliFailure.Usage($"There is no data in {data.Path}; name its directory with --data DIR.");
        }

        if (Path.GetFullPath(target).StartsWith(Path.TrimEndingDirectorySeparator(data.Path) + "/", StringComparison.Ordinal))
        {
            throw CliFailure.Usage("A backup within the data directory would go with it; name another place.");
        }

        try
        {
            using var sink = BackupTarget.Open(target);
            return await new BackupRun(data, sink, context.Time).RunAsync(cancel);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw CliFailure.Failed($"There is no backup in {target}: {e.Message}");
        }
    }

    private static IEnumerable<string> Elsewhere(EngineOptions engines)
    {
        if (engines.Elasticsearch is not null)
        {
            yield return "The documents are in Elasticsearch and not in this backup; a snapshot there holds them.";
        }

        if (engines.Kafka is not null)
        {
            yield return "The bus is Kafka and not in this backup.";
        }
    }
}
