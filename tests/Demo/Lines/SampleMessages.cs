namespace Telemetry.Demo.Lines;

/// <summary>Messages of a LogHub sample (NAME_2k.log_structured.csv), or some of our own without it.</summary>
internal sealed class SampleMessages
{
    private static readonly SampleMessage[] Synthetic =
    [
        new("info", "Connection from 10.0.3.17 accepted"), new("info", "Session 0x14ed established, timeout 30000 ms"),
        new("info", "Request served in 12 ms"), new("info", "Cache refreshed: 1840 entries"),
        new("info", "Block blk_-1608999687919862906 of size 91178 received"), new("info", "Job nightly-rollup finished"),
        new("warn", "Slow query: 1874 ms"), new("warn", "Queue depth 812 is above 800"),
        new("warn", "Connection broken for id 188978561024, my id = 1"), new("error", "Upstream timed out after 5000 ms"),
    ];

    private readonly SampleMessage[] _messages;
    private int _next;

    private SampleMessages(SampleMessage[] messages, int first) => (_messages, _next) = (messages, first);

    /// <summary>Begins anywhere in the sample, so that two servers of a role differ.</summary>
    public static SampleMessages Load(string? directory, string name, Random random)
    {
        var messages = Read(directory, name);
        return new SampleMessages(messages, random.Next(messages.Length));
    }

    public SampleMessage Next() => _messages[_next++ % _messages.Length];

    private static SampleMessage[] Read(string? directory, string name)
    {
        var file = Path.Combine(directory ?? "", $"{name}_2k.log_structured.csv");
        if (directory is null || !File.Exists(file))
        {
            return Synthetic;
        }

        var rows = File.ReadLines(file).Select(CsvRow.Split).ToArray();
        var content = Array.IndexOf(rows[0], "Content");
        var level = Array.IndexOf(rows[0], "Level");
        var messages = rows.Skip(1).Where(row => row.Length == rows[0].Length && row[content].Length > 0)
            .Select(row => new SampleMessage(LevelOf(level < 0 ? "" : row[level], row[content]), row[content])).ToArray();
        return messages.Length > 0 ? messages : Synthetic;
    }

    private static string LevelOf(string level, string text) => level.ToLowerInvariant() switch
    {
        "error" or "fatal" or "severe" => "error",
        "warn" or "warning" => "warn",
        "info" or "notice" => "info",
        _ => text.Contains("failure", StringComparison.OrdinalIgnoreCase) ? "warn" : "info",
    };
}
