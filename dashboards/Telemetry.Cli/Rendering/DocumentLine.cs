using System.Text.Json;

namespace Telemetry.Cli.Rendering;

/// <summary>One document for people: time, level, host, service, message.</summary>
internal sealed class DocumentLine(bool color)
{
    private const string Reset = "\e[0m";
    private const string Dim = "\e[2m";

    /// <summary>One line; the further lines of a message are indented.</summary>
    public string Of(JsonElement document)
    {
        var time = JsonFields.Text(document, "@timestamp") ?? "";
        var level = JsonFields.Text(document, "log", "level") ?? "";
        string?[] origins = [JsonFields.Text(document, "host", "name"), JsonFields.Text(document, "service", "name")];
        var origin = string.Join(' ', origins.Where(part => part is { Length: > 0 }));
        var message = JsonFields.Text(document, "message") ?? JsonFields.Text(document, "event", "original") ?? Summary(document);
        return string.Join(' ', new[]
        {
            Paint(Dim, VisibleText.Of(Shorten(time))),
            Paint(StyleOf(level), VisibleText.Of(level).PadRight(5)),
            Paint(Dim, VisibleText.Of(origin)),
            VisibleText.OfLines(message).TrimEnd('\n').Replace("\n", "\n    "),
        }.Where(part => part.Length > 0));
    }

    // Milliseconds are enough to read; the exact time is in --json.
    private static string Shorten(string time) =>
        time.Length == "2026-11-22T11:05:58.123456Z".Length ? $"{time[..23]}Z" : time;

    private static string Summary(JsonElement document)
    {
        var what = JsonFields.Text(document, "event", "action") ?? JsonFields.Text(document, "event", "kind") ?? "event";
        return $"({what}) {JsonFields.Text(document, "event", "reason")}".TrimEnd();
    }

    private static string StyleOf(string level) => level.ToLowerInvariant() switch
    {
        "fatal" or "critical" or "emergency" or "alert" => "\e[1;31m",
        "error" => "\e[31m",
        "warn" or "warning" => "\e[33m",
        "info" or "information" or "notice" => "\e[32m",
        _ => Dim,
    };

    private string Paint(string style, string text) => !color || text.Length == 0 ? text : style + text + Reset;
}
