using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using Telemetry.Cli.Commands;
using Telemetry.Cli.Configuration;

namespace Telemetry.Cli.Hosting;

/// <summary>What a newcomer has to know, printed once everything runs.</summary>
internal sealed class StartSummary(bool color)
{
    private const int LabelWidth = 11;

    private static readonly JsonSerializerOptions Readable = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>Prints what is there.</summary>
    /// <param name="output">Where to.</param>
    /// <param name="console">Address of the console; null when this process has none.</param>
    /// <param name="gateway">Address of the gateway; null when this process has none.</param>
    /// <param name="metrics">Address of metrics and health; null when this process has none of their own.</param>
    /// <param name="data">Data directory.</param>
    /// <param name="watch">What the shipper of this machine watches; null when there is none.</param>
    public async Task PrintAsync(
        TextWriter output, Uri? console, Uri? gateway, Uri? metrics, string data, IReadOnlyList<string>? watch)
    {
        await output.WriteLineAsync($"\n  {Bold("telemetry")} {VersionCommand.Current}\n");
        await RowAsync(output, "console", console is null ? [] : [LocalShipper.Reachable(console)]);
        await RowAsync(
            output, "gateway", gateway is null ? [] : [$"{LocalShipper.Reachable(gateway)}, for telemetry-shipper --gateway"]);
        await RowAsync(output, "metrics", metrics is null ? [] : [$"{LocalShipper.Reachable(metrics)}/metrics, /healthz"]);
        await RowAsync(output, "data", [data]);
        await RowAsync(output, "watching", watch ?? []);
        if (console is not null)
        {
            await output.WriteLineAsync();
            await RowAsync(output, "try", FirstQueries(LocalShipper.Reachable(console)));
        }

        await output.WriteLineAsync($"\n  {Dim("Ctrl-C stops everything; what was acknowledged is kept.")}\n");
        await output.FlushAsync();
    }

    /// <summary>The same as one JSON object in one line; what this process does not have is null.</summary>
    public static async Task PrintJsonAsync(
        TextWriter output, Uri? console, Uri? gateway, Uri? metrics, string data, IReadOnlyList<string>? watch)
    {
        await output.WriteLineAsync(new JsonObject
        {
            ["version"] = VersionCommand.Current,
            ["console"] = console is null ? null : LocalShipper.Reachable(console),
            ["gateway"] = gateway is null ? null : LocalShipper.Reachable(gateway),
            ["metrics"] = metrics is null ? null : LocalShipper.Reachable(metrics),
            ["data"] = data,
            ["watching"] = watch is null ? null : new JsonArray([.. watch.Select(glob => JsonValue.Create(glob))]),
            ["try"] = console is null ? null : FirstQueries(LocalShipper.Reachable(console))[0],
        }.ToJsonString(Readable));
        await output.FlushAsync();
    }

    private static string[] FirstQueries(string url)
    {
        var flag = new Uri(url) == new Uri(Settings.ClientUrl.Default) ? "" : $" --url {url}";
        return [$"telemetry search '*' --since 10m{flag}", $"{url}/?q=log.level+%3A+error&since=1h"];
    }

    private async Task RowAsync(TextWriter output, string label, IReadOnlyList<string> texts)
    {
        for (var i = 0; i < texts.Count; i++)
        {
            await output.WriteLineAsync($"  {Dim((i == 0 ? label : "").PadRight(LabelWidth))}{texts[i]}");
        }
    }

    private string Bold(string text) => color ? $"\e[1m{text}\e[0m" : text;

    private string Dim(string text) => color ? $"\e[2m{text}\e[0m" : text;
}
