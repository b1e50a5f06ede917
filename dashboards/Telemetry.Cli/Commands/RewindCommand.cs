using System.CommandLine;
using System.Text.Json.Nodes;
using Spectre.Console;
using Telemetry.Bus.Kafka;
using Telemetry.Cli.Configuration;
using Telemetry.Cli.Hosting;
using Telemetry.Cli.Options;
using Telemetry.Cli.Rendering;
using Telemetry.Query;
using Telemetry.Wire;

namespace Telemetry.Cli.Commands;

/// <summary>
/// <c>telemetry indexer rewind --to TIME</c>: what came on the bus since then is read again. The state stays where it is: what lies
/// before its own position is learned by nobody twice, and documents have the same ids, so that only what the store lacks is added.
/// </summary>
internal static class RewindCommand
{
    private const string Promise = "What the store has is not stored twice, and what is known of servers is not learned twice.";

    public static Command Create(CliContext context, ConfigurationSource configuration)
    {
        var to = new Option<string>("--to")
        {
            HelpName = "TIME", Description = "When what is read again came on the bus: 1h, 2026-11-22T11:00Z.", Required = true,
        };
        var json = JsonOption.Create("Print one partition a line, as JSON.");
        var flags = new FlagSet([.. FlagSet.Bus, .. FlagSet.Store, .. FlagSet.Data]);
        var command = new Command(
            "rewind", "Read the bus again from a time on, where the store lost documents; only while no indexer runs.") { to, json };
        flags.AddTo(command);
        command.SetAction(async (parsed, cancel) =>
        {
            var options = configuration.Load(parsed, flags);
            var time = TimeOf(context, parsed.GetValue(to)!);
            if (options.Engines.Kafka is not { } kafka)
            {
                throw CliFailure.Usage(Embedded(options));
            }

            using var admin = new KafkaBusAdmin(kafka, context.Time);
            await RefuseWhileReadAsync(admin, cancel);
            await PrintAsync(context, await RewindAsync(admin, time, cancel), parsed.GetValue(json));
            return ExitCodes.Fine;
        });
        return command;
    }

    private static long TimeOf(CliContext context, string text)
    {
        var now = (context.Time.GetUtcNow().UtcTicks - DateTime.UnixEpoch.Ticks) / 10;
        return TimeExpression.TryParse(text, now, out var time, out var error) ? time : throw CliFailure.Usage($"--to: {error}");
    }

    // Positions of the embedded bus are committed by the store itself, with the documents.
    private static string[] Embedded(TelemetryOptions options)
    {
        var data = new DataDirectory(options.DataDirectory);
        return
        [
            "The embedded bus has no offsets to move: how far it is read is kept with what was read.",
            options.Engines.Elasticsearch is null
                ? "The store knows what it has: what it lacks is read again from the bus by itself when the indexer starts. "
                    + $"To build all of it anew, stop the indexer and move {data.Store} aside."
                : $"To index all that the bus still has once more, stop the indexer and move {data.Store} aside: "
                    + "documents have the same ids, so that only what the Elasticsearch lacks is added.",
        ];
    }

    private static async Task RefuseWhileReadAsync(KafkaBusAdmin admin, CancellationToken cancel)
    {
        var read = (await admin.DescribeGroupsAsync(cancel)).Where(group => group.Members > 0).ToList();
        if (read.Count > 0)
        {
            throw CliFailure.Usage(
                $"An indexer runs: {string.Join(" and ", read.Select(g => $"group {g.Name} has {g.Members} members"))}. Stop all "
                + "indexers first, else they go on from where they are; one that was killed, or has a name (member=), is forgotten after its session timeout.");
        }
    }

    private static async Task<IReadOnlyList<RewoundPartition>> RewindAsync(KafkaBusAdmin admin, long time, CancellationToken cancel)
    {
        var at = DateTimeOffset.UnixEpoch.AddMicroseconds(time);
        try
        {
            return
            [
                .. await admin.RewindAsync(Lane.Critical, at, cancel),
                .. await admin.RewindAsync(Lane.Bulk, at, cancel),
            ];
        }
        catch (InvalidOperationException e)
        {
            // One came between the look and the deed.
            throw CliFailure.Usage(e.Message);
        }
    }

    private static Task PrintAsync(CliContext context, IReadOnlyList<RewoundPartition> rewound, bool json)
    {
        if (json)
        {
            return context.Out.WriteLineAsync(string.Join('\n', rewound.Select(one => ToJson(one).ToJsonString())));
        }

        var table = Tables.Create("lane", "generation", "partition", "from", "to");
        foreach (var one in rewound)
        {
            table.AddRow([.. new[]
            {
                BusTables.NameOf(one.Partition.Lane), $"{one.Partition.Generation}", $"{one.Partition.Number}",
                one.From is { } from ? $"{from}" : "-", $"{one.To}",
            }.Select(cell => new Text(cell))]);
        }

        return context.Out.WriteLineAsync($"{Tables.Render(table, context)}\n\nThe next indexer reads from there. {Promise}");
    }

    private static JsonObject ToJson(RewoundPartition one) => new()
    {
        ["lane"] = BusTables.NameOf(one.Partition.Lane),
        ["generation"] = one.Partition.Generation,
        ["partition"] = one.Partition.Number,
        ["from"] = one.From,
        ["to"] = one.To,
    };
}
