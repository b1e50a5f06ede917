using System.Text.Json;
using System.Text.Json.Nodes;
using Telemetry.Cli.Client;

namespace Telemetry.Cli.Care;

/// <summary>What is to be deleted, as typed.</summary>
/// <param name="Query">In Kibana's query language.</param>
/// <param name="Since">Oldest time; null is everything.</param>
/// <param name="Until">First time that stays; null is everything.</param>
/// <param name="IsReviewed">Whether somebody looks before it is deleted.</param>
internal sealed record PurgeRange(string Query, string? Since, string? Until, bool IsReviewed);

/// <summary>Asks <c>POST /api/v1/purge</c>. Throws <see cref="CliFailure"/> with what the answer says.</summary>
internal sealed class PurgeClient(TelemetryApi api)
{
    private const string Path = "api/v1/purge";

    // Files are rewritten, and a large one takes its time.
    private static readonly TimeSpan Deadline = TimeSpan.FromHours(1);

    public Task<JsonElement> PreviewAsync(PurgeRange range, CancellationToken cancel) => api.PostAsync(
        Path,
        new JsonObject
        {
            ["query"] = range.Query, ["since"] = range.Since, ["until"] = range.Until, ["reviewed"] = range.IsReviewed,
        },
        range.Query, Deadline, cancel);

    public Task<JsonElement> RunAsync(string token, CancellationToken cancel) => api.PostAsync(
        Path, new JsonObject { ["token"] = token, ["user"] = Environment.UserName }, null, Deadline, cancel);
}
