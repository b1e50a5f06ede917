using System.Globalization;

namespace Telemetry.Benchmarks;

/// <summary>
/// JSON log lines of 210 bytes, as the services of a shop write them: 12 services, 40 messages, random ids, one in twelve an
/// error. Seeded, so that two runs write the same.
/// </summary>
internal sealed class LogLines(int seed)
{
    public const int LineBytes = 210;

    private static readonly string[] Services =
        ["api", "cart", "checkout", "search", "catalog", "payment", "mailer", "auth", "stock", "router", "images", "audit"];

    private static readonly string[] Verbs = ["accepted", "served", "queued", "retried", "cached", "rejected", "finished", "opened"];
    private static readonly string[] Nouns = ["order", "request", "session", "payment", "connection"];
    private readonly Random _random = new(seed);
    private long _number;

    /// <summary>One line with its line feed, exactly 210 bytes.</summary>
    public string Next(DateTimeOffset at, string marker = "")
    {
        var error = _random.Next(12) == 0;
        var noun = Nouns[_random.Next(Nouns.Length)];
        var message = error
            ? $"connection refused by upstream for {noun} {_random.Next(100_000)}"
            : $"{noun} {_random.Next(100_000)} {Verbs[_random.Next(Verbs.Length)]} in {_random.Next(900)} ms";
        var line = string.Create(CultureInfo.InvariantCulture,
            $"{{\"@timestamp\":\"{at:yyyy-MM-ddTHH:mm:ss.fffZ}\",\"log.level\":\"{(error ? "error" : "info")}\",\"message\":\"{message}{marker}\",\"service\":{{\"name\":\"{Services[_random.Next(12)]}\"}},\"trace\":{{\"id\":\"{_random.NextInt64():x16}\"}},\"n\":{_number++},\"pad\":\"");
        var pad = Math.Max(0, LineBytes - 3 - line.Length);
        return line + Pad(pad) + "\"}\n";
    }

    /// <summary>Writes a file of lines; <paramref name="edit"/> makes another line of some, by their number.</summary>
    public static void Write(string path, int lines, int seed, DateTimeOffset start, Func<int, string, string>? edit = null)
    {
        var source = new LogLines(seed);
        using var file = new StreamWriter(path, append: false, System.Text.Encoding.ASCII, 1 << 20);
        for (var i = 0; i < lines; i++)
        {
            var line = source.Next(start.AddMilliseconds(i / 50.0));
            file.Write(edit is null ? line : edit(i, line));
        }
    }

    private string Pad(int length) => string.Create(length, _random, static (span, random) =>
    {
        foreach (ref var c in span)
        {
            c = (char)('a' + random.Next(26));
        }
    });
}
