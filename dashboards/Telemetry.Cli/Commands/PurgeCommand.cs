using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using Telemetry.Cli.Care;
using Telemetry.Cli.Client;
using Telemetry.Cli.Configuration;
using Telemetry.Cli.Hosting;
using Telemetry.Cli.Options;
using Telemetry.Cli.Rendering;

namespace Telemetry.Cli.Commands;

/// <summary><c>telemetry purge QUERY</c>: has stored documents deleted for good, after a look at them.</summary>
internal sealed class PurgeCommand(CliContext context, ConfigurationSource configuration)
{
    private readonly Argument<string> _query = new Argument<string>("QUERY")
    {
        Description = "In Kibana's query language; '*' is everything.",
    }.RefusingFlags().RefusingBlank();

    private readonly Option<string> _since = new("--since")
    {
        HelpName = "TIME", Description = "Oldest time: 1h, 2026-11-22T11:00Z. [default: everything]",
    };

    private readonly Option<string> _until = new("--until")
    {
        HelpName = "TIME", Description = "First time that stays. [default: now]",
    };

    private readonly Option<bool> _dryRun = new("--dry-run") { Description = "Only show what would be deleted." };
    private readonly YesOption _yes = new(context);
    private readonly Option<bool> _json = JsonOption.Create("Print one JSON object each for what is shown and what is done; needs --dry-run or --yes.");
    private readonly FlagSet _flags = new([.. FlagSet.Data, .. FlagSet.Store, .. FlagSet.Client]);

    public static Command Create(CliContext context, ConfigurationSource configuration) =>
        new PurgeCommand(context, configuration).Create();

    private Command Create()
    {
        var command = new Command(
            "purge", "Delete stored documents for good, by the server that is asked or, where none runs, in the data directory or Elasticsearch itself.")
        {
            _query, _since, _until, _dryRun,
        };
        _yes.AddTo(command);
        command.Options.Add(_json);
        _flags.AddTo(command);
        command.SetAction(RunAsync);
        return command;
    }

    private async Task<int> RunAsync(ParseResult parsed, CancellationToken cancel)
    {
        Check(parsed);
        PrivateFiles.BeDefault();
        var options = configuration.Load(parsed, _flags);
        var merged = configuration.Merge(parsed, _flags);
        var isRemote = merged[Settings.ClientUrl].Source != SettingSource.Default;
        var isStore = IsStore(parsed, options);
        await using var offline = isRemote && !isStore ? null : await OfflineStore.TryOpenAsync(context, options, cancel);
        if (!isRemote && offline is null && merged[Settings.DataDirectory].Source != SettingSource.Default)
        {
            // The server at the usual address may well have another directory.
            throw CliFailure.Usage(
                $"{options.DataDirectory} cannot be purged from here: a server works on it, it holds no store, or its bus is Kafka; "
                + "name the server that is to do it with --url URL.");
        }

        using var api = new TelemetryApi(
            options.Client, offline?.Transport ?? context.Transport,
            offline is null ? null : options.Engines.Elasticsearch?.Redacted ?? options.DataDirectory);
        var client = new PurgeClient(api);
        var range = new PurgeRange(
            parsed.GetValue(_query)!, parsed.GetValue(_since), parsed.GetValue(_until), IsReviewed: !_yes.IsGiven(parsed));
        var preview = await client.PreviewAsync(range, cancel);
        await ShowAsync(parsed, preview);
        if (parsed.GetValue(_dryRun) || preview.GetProperty("total").GetInt64() == 0)
        {
            return ExitCodes.Fine;
        }

        var total = preview.GetProperty("total").GetInt64();
        await _yes.ConfirmAsync(parsed, string.Create(CultureInfo.InvariantCulture, $"Delete {total:#,0} documents for good?"), cancel);
        await ReportAsync(parsed, await client.RunAsync(preview.GetProperty("token").GetString()!, cancel));
        return ExitCodes.Fine;
    }

    /// <summary>Whether --store says that the store itself is to be purged, whatever server there is.</summary>
    private bool IsStore(ParseResult parsed, TelemetryOptions options)
    {
        var said = _flags.Collect(parsed).ToList();
        if (!said.Exists(value => value.Setting == Settings.StoreUrl))
        {
            return false;
        }

        if (said.Find(value => FlagSet.Client.Contains(value.Setting)) is { } client)
        {
            throw CliFailure.Usage($"{client.Origin} is about a server, and --store purges the store without one: only one can be said.");
        }

        return options.Engines.Elasticsearch is not null ? true : throw CliFailure.Usage("--store has to name an Elasticsearch: https://HOST:PORT");
    }

    private void Check(ParseResult parsed)
    {
        if (parsed.GetValue(_dryRun) && _yes.IsGiven(parsed))
        {
            throw CliFailure.Usage("--dry-run deletes nothing, so it does not go with --yes");
        }

        if (parsed.GetValue(_json) && !parsed.GetValue(_dryRun) && !_yes.IsGiven(parsed))
        {
            throw CliFailure.Usage("--json asks nobody; add --dry-run or --yes");
        }
    }

    private async Task ShowAsync(ParseResult parsed, JsonElement preview)
    {
        if (parsed.GetValue(_json))
        {
            await context.Out.WriteLineAsync(JsonFields.OneLine(preview));
            return;
        }

        if (preview.GetProperty("total").GetInt64() == 0)
        {
            await context.Out.WriteLineAsync("Nothing matches.");
        }
        else
        {
            await PurgeText.WriteAsync(context, preview);
        }

        await NotesAsync(preview);
    }

    private async Task ReportAsync(ParseResult parsed, JsonElement outcome)
    {
        if (parsed.GetValue(_json))
        {
            await context.Out.WriteLineAsync(JsonFields.OneLine(outcome));
            return;
        }

        await context.Out.WriteLineAsync(string.Create(
            CultureInfo.InvariantCulture, $"Purged {outcome.GetProperty("purged").GetInt64():#,0} documents."));
        await NotesAsync(outcome);
    }

    private async Task NotesAsync(JsonElement answer)
    {
        await context.Out.FlushAsync();
        foreach (var note in JsonFields.Items(answer, "notes"))
        {
            await context.Error.WriteLineAsync(VisibleText.Of(note.ToString()));
        }
    }
}
