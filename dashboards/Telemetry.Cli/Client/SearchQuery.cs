namespace Telemetry.Cli.Client;

/// <summary>What <c>telemetry search</c> asks for.</summary>
/// <param name="Text">The query as typed.</param>
/// <param name="Since">Oldest time wanted, as typed; null is everything.</param>
/// <param name="Until">First time not wanted, as typed; null is everything.</param>
internal sealed record SearchQuery(string Text, string? Since, string? Until)
{
    /// <summary>Path of one page.</summary>
    public string PagePath(int limit, string? cursor) =>
        $"api/v1/search?q={Escape(Text)}&limit={limit}{Part("since", Since)}{Part("until", Until)}{Part("cursor", cursor)}";

    /// <summary>Path of the live tail, which begins with the last that are there.</summary>
    public string TailPath(int last) => $"api/v1/tail?q={Escape(Text)}&last={last}{Part("since", Since)}";

    private static string Part(string name, string? value) => value is null ? "" : $"&{name}={Escape(value)}";

    private static string Escape(string text) => Uri.EscapeDataString(text);
}
