using System.Text.Json.Nodes;
using Telemetry.Cli.Commands;
using Telemetry.Cli.Configuration;
using Telemetry.Cli.Rendering;
using Telemetry.Store.Elasticsearch;

namespace Telemetry.Cli.DeadLetters;

/// <summary>
/// Tries some letters again, one after the other, and takes away those that succeed. One that was tried with success and not taken
/// away, as this process ended, may be tried again: nothing comes twice.
/// </summary>
internal sealed class RetryRun(CliContext context, TelemetryOptions options, IDeadLetterShelf shelf, bool json)
{
    private const int SettledAtOnce = 100;
    private readonly List<string> _settled = [];

    /// <summary>A line for each letter.</summary>
    /// <exception cref="CliFailure">Some were not done and are kept; exit 1.</exception>
    public async Task RunAsync(IReadOnlyList<string> ids, CancellationToken cancel)
    {
        var failed = 0;
        try
        {
            failed = await TryAllAsync(ids, cancel);
        }
        finally
        {
            await SettleAsync();
        }

        if (ids.Count == 0 && !json)
        {
            await context.Out.WriteLineAsync("There are no dead letters.");
        }

        if (failed > 0)
        {
            throw CliFailure.Failed($"{failed} of {DeadLetterCommand.Count(ids.Count)} could not be retried with success and stay.");
        }
    }

    private async Task<int> TryAllAsync(IReadOnlyList<string> ids, CancellationToken cancel)
    {
        using var store = options.Engines.Elasticsearch is { } elastic ? new ElasticClient(elastic, context.Time) : null;
        await using var bus = new BusOpening(context, options);
        var retry = new LetterRetry(store, bus.OpenAsync, context.Time);
        var failed = 0;
        await foreach (var letter in shelf.ReadAsync(ids, cancel))
        {
            var result = await retry.TryAsync(letter, cancel);
            await PrintAsync(letter.Id, result);
            if (!result.IsSettled)
            {
                failed++;
                continue;
            }

            _settled.Add(letter.Id);
            if (_settled.Count == SettledAtOnce)
            {
                await SettleAsync();
            }
        }

        return failed;
    }

    private async Task SettleAsync()
    {
        if (_settled.Count > 0)
        {
            await shelf.RemoveAsync(_settled, CancellationToken.None);
            _settled.Clear();
        }
    }

    private Task PrintAsync(string id, RetryResult result) => context.Out.WriteLineAsync(json
        ? new JsonObject { ["id"] = id, ["outcome"] = result.Outcome, ["detail"] = result.Detail }.ToJsonString()
        : $"{VisibleText.Of(id)}: {VisibleText.Of(Sentence(result))}");

    private static string Sentence(RetryResult result) => result.Outcome switch
    {
        "stored" => "The store has it now.",
        "present" => $"The store had it already. {result.Detail}".TrimEnd(),
        "appended" => "It is on the bus again.",
        _ => result.Detail,
    };
}
