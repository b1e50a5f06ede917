using System.CommandLine;
using Telemetry.Cli.Backup;
using Telemetry.Cli.Hosting;
using Telemetry.Cli.Options;

namespace Telemetry.Cli.Commands;

/// <summary><c>telemetry restore PATH --data DIR</c>: makes a data directory of a backup.</summary>
internal static class RestoreCommand
{
    public static Command Create(CliContext context, ConfigurationSource configuration)
    {
        var path = new Argument<string>("FILE|DIR") { Description = "What 'telemetry backup' made." }.RefusingFlags().RefusingBlank();
        var json = JsonOption.Create();
        var flags = new FlagSet(FlagSet.Data);
        var command = new Command("restore", "Verify a backup and make a data directory of it, which has to be empty.") { path, json };
        flags.AddTo(command);
        command.SetAction(async (parsed, cancel) =>
        {
            PrivateFiles.BeDefault();
            var data = new DataDirectory(configuration.Load(parsed, flags).DataDirectory);
            var manifest = await RunAsync(parsed.GetValue(path)!, data, cancel);
            await context.Out.WriteLineAsync(parsed.GetValue(json)
                ? BackupSummary.ToJson(manifest, data.Path, manifest.Notes).ToJsonString(BackupSummary.Readable)
                : $"{BackupSummary.Sizes(manifest)} are in {data.Path}: everything acknowledged before {manifest.Began}. "
                    + "Start a server on it with 'telemetry up --data'.");
            if (!parsed.GetValue(json))
            {
                await BackupSummary.PrintAsync(context.Error, manifest.Notes);
            }

            return ExitCodes.Fine;
        });
        return command;
    }

    private static async Task<BackupManifest> RunAsync(string path, DataDirectory data, CancellationToken cancel)
    {
        try
        {
            return await RestoreRun.RunAsync(path, data, cancel);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw CliFailure.Failed($"{path} was not restored: {e.Message}");
        }
    }
}
