using System.Runtime.CompilerServices;
using System.Text.Json;

namespace Telemetry.Cli.Client;

/// <summary>Finds documents page by page.</summary>
internal static class Documents
{
    /// <summary>The most that one page holds.</summary>
    private const int MaxPage = 1_000;

    /// <summary>Newest first, at most <paramref name="limit"/>; pages are fetched as they are consumed.</summary>
    public static async IAsyncEnumerable<JsonElement> FindAsync(
        this TelemetryApi api, SearchQuery query, int limit, [EnumeratorCancellation] CancellationToken cancel)
    {
        string? cursor = null;
        do
        {
            var page = await api.GetAsync(query.PagePath(Math.Min(limit, MaxPage), cursor), query.Text, cancel);
            foreach (var hit in page.GetProperty("hits").EnumerateArray())
            {
                yield return hit;
                limit--;
            }

            cursor = page.TryGetProperty("next", out var next) ? next.GetString() : null;
        }
        while (cursor is not null && limit > 0);
    }
}
