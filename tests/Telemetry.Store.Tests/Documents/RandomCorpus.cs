using System.Text;
using Telemetry.Query;

namespace Telemetry.Store.Tests.Documents;

/// <summary>Random documents, and random queries that some of them match: odd text, empty values, arrays, numbers, times, addresses.</summary>
internal sealed class RandomCorpus(Random random)
{
    private static readonly string[] Words =
        ["disk", "full", "Disk", "connection", "conn", "refused", "10.0.0.1", "ÄRGER", "ärger", "naïve", "日本", "x\0y", "", "a-b", "...", "error", "é", "zz9"];

    private static readonly string[] Keywords = ["a", "web-1", "web-2", "Web-1", "", "a b", "12", "7.5", "日本", "error", "info"];

    private static readonly string[] Addresses = ["10.0.0.1", "10.1.2.3", "::1", "fe80::1", "not an address"];

    private static readonly string[] FieldNames =
    [
        "message", "error.message", "log.level", "service.name", "tags", "event.sequence", "event.created", "crash.core_dumped",
        "client.ip", "labels.k1", "labels.k2", "labels.*", "*", "e*", "missing", "@timestamp", "trace.id", "event.original", "*.name", "_seq", "_*",
    ];

    private readonly LabelNames _labels = new();

    /// <summary>One document; its record has the number.</summary>
    public Store.Document Document(int i)
    {
        var document = new Store.Document();
        document.Reset(Some.Record((ulong)i), Some.TimeUnixUs + i);
        document.TimestampUnixUs = Some.TimeUnixUs + random.Next(i + 1) * 1000L;
        document.Set(Fields.EventOriginal, Text(12));
        if (random.Next(4) > 0)
        {
            document.Set(Fields.Message, Text(8));
        }

        for (var n = random.Next(-4, 3); n > 0; n--)
        {
            document.Set(Fields.ErrorMessage, Text(5));
        }

        if (random.Next(3) > 0)
        {
            document.Set(Fields.LogLevel, random.Next(2) == 0 ? "error" : "info");
        }

        document.Set(Fields.ServiceName, Pick(Keywords));
        for (var n = random.Next(-2, 4); n > 0; n--)
        {
            document.Set(Fields.Tags, Pick(Keywords));
        }

        document.Set(Fields.EventSequence, (long)i);
        document.Set(Fields.TraceId, random.Next(2000).ToString("x8", null));
        if (random.Next(2) == 0)
        {
            document.Set(Fields.EventCreated, Some.TimeUnixUs + random.Next(100) * 1_000_000L);
            document.Set(Fields.CrashCoreDumped, (long)random.Next(2));
            document.Set(Fields.ClientIp, Pick(Addresses));
        }

        if (random.Next(5) == 0)
        {
            _labels.TryGet(Encoding.UTF8.GetBytes($"k{random.Next(4)}"), out var name);
            document.Set(name, Pick(Keywords));
        }

        if (random.Next(50) == 0)
        {
            document.Set(Fields.Message, [0xFF, (byte)'d', (byte)'i', (byte)'s', (byte)'k', 0xE4, 0xB8]);
        }

        return document;
    }

    /// <summary>One query.</summary>
    public KqlNode Query(int depth) => random.Next(depth == 0 ? 5 : 10) switch
    {
        0 => new FieldExists(Pick(FieldNames)),
        1 => new FieldMatches(null, Value()),
        2 => new FieldCompares(Pick(FieldNames), (KqlComparison)random.Next(4), Value()),
        3 or 4 => new FieldMatches(Pick(FieldNames), Value()),
        5 => new Not(Query(depth - 1)),
        6 => new MatchAll(),
        7 => new AnyOf([.. Enumerable.Range(0, random.Next(1, 4)).Select(_ => Query(depth - 1))]),
        _ => new AllOf([.. Enumerable.Range(0, random.Next(1, 4)).Select(_ => Query(depth - 1))]),
    };

    private KqlValue Value()
    {
        var text = random.Next(8) switch
        {
            0 => Pick(Keywords),
            1 => random.Next(300).ToString(null, null),
            2 => Rfc3339.Format(Some.TimeUnixUs + random.Next(100) * 1_000_000L),
            3 => Pick(Addresses),
            4 => "10.0.0.0/8",
            5 => random.Next(2) == 0 ? "true" : "false",
            6 => random.Next(2000).ToString("x8", null),
            _ => Text(3),
        };
        if (random.Next(3) == 0)
        {
            return new KqlValue(text, Quoted: true, null);
        }

        if (random.Next(3) > 0 || text.Length == 0)
        {
            return new KqlValue(text, Quoted: false, null);
        }

        var at = random.Next(text.Length + 1);
        string[] pieces = random.Next(3) == 0 ? ["", text[..at], ""] : [text[..at], ""];
        return new KqlValue(string.Join('*', pieces), Quoted: false, pieces);
    }

    private string Text(int words) =>
        string.Join(' ', Enumerable.Range(0, random.Next(words + 1)).Select(_ => random.Next(12) == 0 ? $"w{random.Next(5000)}" : Pick(Words)));

    private T Pick<T>(T[] items) => items[random.Next(items.Length)];
}
