using System.Runtime.CompilerServices;
using System.Text.Json;

namespace Telemetry.Cli.Client;

/// <summary>Finds documents page by page.</summary>
internal static class Documents
{
    /// <summary>The most that one page holds.</summary>
    private const int MaxPage = 1_000;

    /// <summary>
    /// Newest first, at most <paramref name="limit"/>; pages are fetched as they are consumed. <paramref name="isMissing"/> is told once
    /// of each part of the store that could not be read.
    /// </summary>
    public static async IAsyncEnumerable<JsonElement> FindAsync(
        this TelemetryApi api, SearchQuery query, int limit, Action<string> isMissing,
        [EnumeratorCancellation] CancellationToken cancel)
    {
        string? cursor = null;
        HashSet<string> told = [];
        do
        {
            var page = await api.GetAsync(query.PagePath(Math.Min(limit, MaxPage), cursor), query.Text, cancel);
            foreach (var reason in Missing(page).Where(told.Add))
            {
                isMissing(reason);
            }

            foreach (var hit in page.GetProperty("hits").EnumerateArray())
            {
                yield return hit;
                limit--;
            }

            cursor = page.TryGetProperty("next", out var next) ? next.GetString() : null;
        }
        while (cursor is not null && limit > 0);
    }

    private static IEnumerable<string> Missing(JsonElement page) =>
        page.TryGetProperty("incomplete", out var reasons) ? reasons.EnumerateArray().Select(reason => reason.ToString()) : [];
}
