using System.CommandLine;
using System.Text.Json.Nodes;
using Telemetry.Bus.Kafka;
using Telemetry.Bus.SegmentLog;
using Telemetry.Cli.Configuration;
using Telemetry.Cli.Hosting;
using Telemetry.Cli.Options;
using Telemetry.Cli.Rendering;
using Telemetry.Wire;

namespace Telemetry.Cli.Commands;

/// <summary><c>telemetry bus describe|grow</c>.</summary>
internal sealed class BusCommand(CliContext context, ConfigurationSource configuration)
{
    public static Command Create(CliContext context, ConfigurationSource configuration)
    {
        var bus = new BusCommand(context, configuration);
        return new Command("bus", "Look at the bus and let it grow.") { bus.CreateDescribe(), bus.CreateGrow() };
    }

    private Command CreateDescribe()
    {
        var json = JsonOption.Create("Print one JSON object.");
        var flags = new FlagSet([.. FlagSet.Bus, .. FlagSet.Data]);
        var command = new Command("describe", "Show what the bus holds, how far it is indexed and what it promises.") { json };
        flags.AddTo(command);
        command.SetAction(async (parsed, cancel) =>
        {
            var options = configuration.Load(parsed, flags);
            await context.Out.WriteLineAsync(options.Engines.Kafka is { } kafka
                ? await DescribeAsync(kafka, parsed.GetValue(json), cancel)
                : await DescribeAsync(options, parsed.GetValue(json)));
            return ExitCodes.Fine;
        });
        return command;
    }

    private Command CreateGrow()
    {
        var partitions = new Option<int>("--partitions")
        {
            HelpName = "N", Description = "Partitions of each lane in the new generation, 1 to 1024.", Required = true,
        };
        partitions.Validators.Add(result =>
        {
            if (result.Tokens.Count == 1 && int.TryParse(result.Tokens[0].Value, out var n) && n is < 1 or > 1024)
            {
                result.AddError("--partitions has to be from 1 to 1024.");
            }
        });
        var json = JsonOption.Create("Print one JSON object.");
        var flags = new FlagSet([.. FlagSet.Bus, .. FlagSet.Data]);
        var command = new Command("grow", "Add a generation of topics to a Kafka: lifetimes that are new go there, all others stay.")
        {
            partitions, json,
        };
        flags.AddTo(command);
        command.SetAction(async (parsed, cancel) =>
        {
            if (configuration.Load(parsed, flags).Engines.Kafka is not { } kafka)
            {
                throw CliFailure.Usage("The embedded bus has one partition a lane and does not grow; --bus URL names a Kafka.");
            }

            var generation = await GrowAsync(kafka, parsed.GetValue(partitions), cancel);
            await context.Out.WriteLineAsync(parsed.GetValue(json)
                ? new JsonObject { ["generation"] = generation, ["partitions"] = parsed.GetValue(partitions) }.ToJsonString()
                : $"Generation {generation} has {parsed.GetValue(partitions)} partitions a lane; lifetimes that are new from now on go there.");
            return ExitCodes.Fine;
        });
        return command;
    }

    private async Task<int> GrowAsync(KafkaOptions kafka, int partitions, CancellationToken cancel)
    {
        using var topics = new KafkaTopics(kafka, context.Time);
        try
        {
            return await topics.GrowAsync(partitions, cancel);
        }
        catch (KafkaTopicsException e)
        {
            throw CliFailure.Usage(e.Problems);
        }
    }

    private async Task<string> DescribeAsync(KafkaOptions kafka, bool json, CancellationToken cancel)
    {
        using var admin = new KafkaBusAdmin(kafka, context.Time);
        var bus = await admin.DescribeAsync(cancel);
        if (json)
        {
            return BusJson.Of(bus).ToJsonString();
        }

        var sentences = string.Join('\n', BusTables.Sentences(bus).Select(VisibleText.Of));
        return bus.Topics.Count == 0
            ? sentences
            : $"{Tables.Render(BusTables.Topics(bus), context)}\n\n{Tables.Render(BusTables.Partitions(bus), context)}\n\n{sentences}";
    }

    private async Task<string> DescribeAsync(TelemetryOptions options, bool json)
    {
        await using var bus = new SegmentLogBus(
            new DataDirectory(options.DataDirectory).Bus, new SegmentLogOptions(), context.Time);
        LaneDescription[] lanes = [bus.Describe(Lane.Critical), bus.Describe(Lane.Bulk)];
        return json
            ? BusJson.Of(lanes, options.Retention).ToJsonString()
            : $"{Tables.Render(BusTables.Lanes(lanes), context)}\n\n{string.Join('\n', BusTables.Sentences(options.Retention))}";
    }
}
