using System.Runtime.CompilerServices;
using System.Text.Json;

namespace Telemetry.Cli.Client;

/// <summary>Finds documents page by page.</summary>
internal static class Documents
{
    /// <summary>The most that one page holds.</summary>
    private const int MaxPage = 1_000;

    /// <summary>
    /// Answers with <c>total</c> and <c>hits</c>, newest first, of at most <paramref name="limit"/> hits in all; the next one is
    /// fetched when it is asked for.
    /// </summary>
    public static async IAsyncEnumerable<JsonElement> PagesAsync(
        this TelemetryApi api, SearchQuery query, int limit, [EnumeratorCancellation] CancellationToken cancel)
    {
        string? cursor = null;
        do
        {
            var page = await api.GetAsync(query.PagePath(Math.Min(limit, MaxPage), cursor), query.Text, cancel);
            yield return page;
            limit -= page.GetProperty("hits").GetArrayLength();
            cursor = page.TryGetProperty("next", out var next) ? next.GetString() : null;
        }
        while (cursor is not null && limit > 0);
    }
}
