namespace Telemetry.Cli.Rendering;

/// <summary>Times as tables show them.</summary>
internal static class ShortTime
{
    /// <summary>"2026-11-22T11:05:58.123456Z" as "2026-11-22 11:05:58Z"; null is "-".</summary>
    public static string Of(string? time) => time is { Length: >= 19 } ? $"{time[..10]} {time[11..19]}Z" : "-";
}
