using Telemetry.Console.Api;
using Telemetry.Console.Html;
using Telemetry.Store;

namespace Telemetry.Console.Pages;

/// <summary>What the search page is asked for, as written in its address.</summary>
/// <param name="Query">The query text.</param>
/// <param name="SinceText">"24h", "all", an absolute time; null is <see cref="DefaultSince"/>.</param>
/// <param name="UntilText">A time or null.</param>
internal sealed record SearchState(string Query, string? SinceText, string? UntilText)
{
    /// <summary>What <c>since</c> means everything.</summary>
    public const string All = "all";

    /// <summary>Range of a page that names none.</summary>
    public const string DefaultSince = "24h";

    public long? SinceUnixUs { get; private init; }

    public long? UntilUnixUs { get; private init; }

    /// <summary>The range as it is written in links.</summary>
    public string Since => SinceText ?? (UntilText is null ? DefaultSince : All);

    public static SearchState Read(RequestParameters parameters)
    {
        var state = new SearchState(parameters.QueryText, parameters.Text("since"), parameters.Text("until"));
        long? since = state.SinceText switch
        {
            All => null,
            null => state.UntilText is null ? parameters.NowUnixUs - (24 * 3_600_000_000L) : null,
            _ => parameters.Since,
        };
        return state with { SinceUnixUs = since, UntilUnixUs = parameters.Until };
    }

    /// <summary>The same query over another range.</summary>
    public string Over(string since, string? until = null) => Link.Search(Query, since, until);

    /// <summary>The same range with another query.</summary>
    public string With(string query) => Link.Search(query, SinceText, UntilText);

    /// <summary>
    /// The next page. Its range is made absolute, so that it does not move while one reads.
    /// </summary>
    public string Next(string cursor) => Link.To(
        "/", ("q", Query), ("since", SinceUnixUs is { } since ? Rfc3339.Format(since) : All),
        ("until", UntilUnixUs is { } until ? Rfc3339.Format(until) : null), ("cursor", cursor));
}
