using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using Telemetry.Cli.Client;
using Telemetry.Cli.Options;
using Telemetry.Cli.Rendering;

namespace Telemetry.Cli.Commands;

/// <summary><c>telemetry search QUERY</c>.</summary>
internal sealed class SearchCommand(CliContext context, TelemetryApi api, bool json)
{
    /// <summary>The most that a tail begins with.</summary>
    private const int MaxFound = 10_000;

    private readonly DocumentLine _line = new(context.Color);

    public static Command Create(CliContext context, ConfigurationSource configuration)
    {
        var query = new Argument<string>("QUERY") { Description = "In Kibana's query language; '*' finds everything." }.RefusingFlags();
        var since = new Option<string>("--since")
        {
            HelpName = "TIME", Description = "Oldest time: 1h, 2026-11-22T11:00Z. [default: everything]",
        };
        var until = new Option<string>("--until")
        {
            HelpName = "TIME", Description = "First time not wanted. [default: now]",
        };
        var follow = new Option<bool>("--follow") { Description = "Print oldest first and go on with what arrives, until Ctrl-C." };
        var limit = new Option<int>("--limit")
        {
            HelpName = "N", Description = "Most documents printed.", DefaultValueFactory = _ => 50,
        };
        var json = JsonOption.Create("Print one ECS document a line.");
        var source = new ApiSource(context, configuration);
        var command = new Command("search", "Find documents, newest first.") { query, since, until, follow, limit, json };
        source.AddTo(command);
        command.SetAction(async (parsed, cancel) =>
        {
            Check(parsed.GetValue(limit), parsed.GetValue(follow), parsed.GetValue(until));
            await using var session = await source.OpenAsync(parsed);
            var search = new SearchCommand(context, session.Api, parsed.GetValue(json));
            var wanted = new SearchQuery(parsed.GetValue(query)!, parsed.GetValue(since), parsed.GetValue(until));
            await (parsed.GetValue(follow)
                ? search.FollowAsync(wanted, parsed.GetValue(limit), cancel)
                : search.PrintAsync(wanted, parsed.GetValue(limit), cancel));
            return ExitCodes.Fine;
        });
        return command;
    }

    private static void Check(int limit, bool follow, string? until)
    {
        if (limit < 0)
        {
            throw CliFailure.Usage("--limit has to be 0 or more");
        }

        if (follow && limit > MaxFound)
        {
            throw CliFailure.Usage($"--limit has to be {MaxFound} or less with --follow");
        }

        if (follow && until is not null)
        {
            throw CliFailure.Usage("--follow has no end, so it does not go with --until");
        }
    }

    private async Task PrintAsync(SearchQuery query, int limit, CancellationToken cancel)
    {
        long printed = 0, total = 0;
        HashSet<string> missing = [];
        await foreach (var page in api.PagesAsync(query, limit, cancel))
        {
            total = page.GetProperty("total").GetInt64();
            missing.UnionWith(JsonFields.Items(page, "incomplete").Select(reason => reason.ToString()));
            foreach (var document in JsonFields.Items(page, "hits"))
            {
                await PrintAsync(document);
                printed++;
            }
        }

        await SumUpAsync(printed, total, missing);
    }

    // On standard error: what reads the documents has to see nothing else.
    private async Task SumUpAsync(long printed, long total, IEnumerable<string> missing)
    {
        await context.Out.FlushAsync(CancellationToken.None);
        foreach (var reason in missing)
        {
            await context.Error.WriteLineAsync(
                $"Not all of the store could be read, documents may be missing: {VisibleText.Of(reason)}");
        }

        if (total == 0)
        {
            await context.Error.WriteLineAsync("Nothing matches.");
        }
        else if (printed < total)
        {
            await context.Error.WriteLineAsync(string.Create(
                CultureInfo.InvariantCulture, $"{printed:#,0} of {total:#,0} are shown; --limit N shows more."));
        }
    }

    private async Task FollowAsync(SearchQuery query, int limit, CancellationToken cancel)
    {
        await foreach (var message in api.StreamAsync(query.TailPath(limit), query.Text, cancel))
        {
            if (message.Type == "message")
            {
                using var document = JsonDocument.Parse(message.Data);
                await PrintAsync(document.RootElement);
                await context.Out.FlushAsync(cancel);
            }
        }

        throw CliFailure.Failed("The server ended the tail.");
    }

    private Task PrintAsync(JsonElement document) =>
        context.Out.WriteLineAsync(json ? JsonFields.OneLine(document) : _line.Of(document));
}
