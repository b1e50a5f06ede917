using System.Text.Json;
using Spectre.Console;

namespace Telemetry.Cli.Rendering;

/// <summary>Lifetimes and crashes for people.</summary>
internal static class LifetimeTables
{
    private static readonly string[] FactNames =
    [
        "id", "instance_id", "boot_id", "host_name", "role", "zone", "image", "kernel", "os", "agent_version", "end_reason",
    ];

    /// <summary>All lifetimes, one a row.</summary>
    public static Table List(IEnumerable<JsonElement> lifetimes)
    {
        var table = Tables.Create(
            "state", "start", "last sign of life", "host", "role", "zone", "crashes", "stored", "missing",
            "may miss after", "lifetime");
        foreach (var lifetime in lifetimes)
        {
            Add(table,
                StateOf(lifetime),
                Cell(ShortTime.Of(Text(lifetime, "start"))),
                Cell(ShortTime.Of(Text(lifetime, "end") ?? Text(lifetime, "last_proof_of_life"))),
                Cell(HostOf(lifetime)),
                Cell(Text(lifetime, "role")),
                Cell(Text(lifetime, "zone")),
                Bad(Text(lifetime, "crash_count")),
                Cell(Text(lifetime, "records", "stored")),
                Bad(Text(lifetime, "records", "missing")),
                Cell(IsAlive(lifetime) ? "-" : ShortTime.Of(Text(lifetime, "may_be_missing", "after"))),
                Cell(Text(lifetime, "id")));
        }

        return table;
    }

    /// <summary>One lifetime: facts, workloads, streams, crashes and losses.</summary>
    public static IEnumerable<Table> One(JsonElement lifetime)
    {
        yield return Facts(lifetime);
        yield return Rows(
            lifetime, "workloads", ("workload", "name"), ("version", "version"), ("start", "start"), ("end", "end"),
            ("exit", "exit_code"), ("signal", "signal"));
        yield return Rows(
            lifetime, "streams", ("stream", "name"), ("kind", "kind"), ("lane", "lane"), ("produced", "produced"),
            ("stored", "stored"), ("lost", "lost"), ("missing", "missing"));
        yield return Rows(
            lifetime, "crashes", ("crash", "at"), ("title", "title"), ("workload", "workload_name"), ("executable", "executable"));
        yield return Rows(
            lifetime, "losses", ("loss", "at"), ("reason", "reason"), ("records", "count"), ("bytes", "bytes"),
            ("detail", "detail"));
    }

    /// <summary>Crashes, one a row.</summary>
    public static Table Crashes(IEnumerable<JsonElement> crashes)
    {
        var table = Tables.Create("at", "host", "workload", "crash", "lifetime");
        foreach (var crash in crashes)
        {
            Add(table,
                Cell(ShortTime.Of(Text(crash, "at"))),
                Cell(HostOf(crash)),
                Cell(Text(crash, "workload_name") is { Length: > 0 } name ? name : Path.GetFileName(Text(crash, "executable"))),
                Cell(Text(crash, "title"), new Style(Color.Red)),
                Cell(Text(crash, "lifetime_id")));
        }

        return table;
    }

    private static Table Facts(JsonElement lifetime)
    {
        var table = Tables.Create("lifetime", "");
        foreach (var name in FactNames)
        {
            Add(table, Cell(name.Replace('_', ' ')), Cell(Text(lifetime, name)));
        }

        Add(table, Cell("state"), StateOf(lifetime));
        Add(table, Cell("start"), Cell(ShortTime.Of(Text(lifetime, "start"))));
        Add(table, Cell("last sign of life"), Cell(ShortTime.Of(Text(lifetime, "last_proof_of_life"))));
        Add(table, Cell("end"), Cell(ShortTime.Of(Text(lifetime, "end"))));
        Add(table, Cell("records"), Cell(RecordsOf(lifetime)));
        return table;
    }

    private static Table Rows(JsonElement lifetime, string list, params (string Title, string Name)[] columns)
    {
        var table = Tables.Create(columns.Select(column => column.Title));
        foreach (var item in JsonFields.Items(lifetime, list))
        {
            Add(table, [.. columns.Select(column => Cell(column.Name is "at" or "start" or "end"
                ? ShortTime.Of(Text(item, column.Name))
                : Text(item, column.Name)))]);
        }

        return table;
    }

    private static void Add(Table table, params Text[] cells) => table.AddRow(cells);

    private static Text Cell(string? text, Style? style = null) =>
        new(text is { Length: > 0 } ? VisibleText.Of(text) : "-", style);

    private static Text Bad(string? count) => Cell(count, count is null or "0" ? null : new Style(Color.Red));

    private static Text StateOf(JsonElement lifetime)
    {
        var state = Text(lifetime, "state") ?? "";
        return Cell(state.Replace('_', ' '), new Style(state switch
        {
            "alive" => Color.Green,
            "silent" => Color.Red,
            "sealed" => Color.Blue,
            _ => Color.Yellow,
        }));
    }

    private static bool IsAlive(JsonElement lifetime) => Text(lifetime, "state") == "alive";

    private static string RecordsOf(JsonElement lifetime)
    {
        var (stored, produced) = (Text(lifetime, "records", "stored"), Text(lifetime, "records", "produced"));
        var known = Text(lifetime, "complete") == "True" ? $"complete: all {stored} are stored" : $"{stored} of {produced} known are stored";
        var after = Text(lifetime, "may_be_missing", "after");
        if (after is null || IsAlive(lifetime))
        {
            return known;
        }

        var until = Text(lifetime, "may_be_missing", "until") is { } bound ? $" and before {ShortTime.Of(bound)}" : "";
        return $"{known}; what was written after {ShortTime.Of(after)}{until} may be missing";
    }

    private static string? HostOf(JsonElement json) =>
        Text(json, "host_name") is { Length: > 0 } name ? name : Text(json, "instance_id");

    private static string? Text(JsonElement json, params ReadOnlySpan<string> path) => JsonFields.Text(json, path);
}
