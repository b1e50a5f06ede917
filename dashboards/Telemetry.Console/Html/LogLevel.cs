namespace Telemetry.Console.Html;

/// <summary>How a <c>log.level</c> is coloured; the text stays what was logged.</summary>
/// <param name="Css">Suffix of the CSS class.</param>
/// <param name="Name">Name in legends.</param>
internal sealed record LogLevel(string Css, string Name)
{
    private static readonly LogLevel Fatal = new("fatal", "fatal");
    private static readonly LogLevel Error = new("error", "error");
    private static readonly LogLevel Warn = new("warn", "warn");
    private static readonly LogLevel Notice = new("notice", "notice");
    private static readonly LogLevel Info = new("info", "info");
    private static readonly LogLevel Debug = new("debug", "debug");
    private static readonly LogLevel Trace = new("trace", "trace");
    private static readonly LogLevel None = new("none", "no level");

    /// <summary>In the order in which they are stacked: what matters most stands on the base line.</summary>
    public static IReadOnlyList<LogLevel> All { get; } = [Fatal, Error, Warn, Notice, Info, Debug, Trace, None];

    public static LogLevel Of(string? level) => level?.ToLowerInvariant() switch
    {
        null or "" => None,
        "fatal" or "critical" or "crit" or "emergency" or "emerg" or "alert" or "panic" => Fatal,
        "error" or "err" or "severe" => Error,
        "warn" or "warning" => Warn,
        "info" or "information" or "informational" => Info,
        "notice" => Notice,
        "trace" or "verbose" => Trace,
        _ => Debug,
    };
}
