using System.Text;
using Telemetry.Query;
using Telemetry.Store.Sqlite.Documents;

namespace Telemetry.Store.Tests.Documents;

/// <summary>What the store finds is what <see cref="KqlMatcher"/> matches, for random documents and random queries.</summary>
public sealed class QueryEqualityTests : IDisposable
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

    private readonly TemporaryDirectory _directory = new();
    private readonly LabelNames _labels = new();

    public void Dispose() => _directory.Dispose();

    [Theory]
    [InlineData(1, 60, 7)]
    [InlineData(2, 300, 1000)]
    [InlineData(3, 300, 23)]
    [InlineData(4, 4500, 1700)]
    [InlineData(5, 8300, 100_000)]
    public async Task StoreFindsWhatTheMatcherMatches(int seed, int count, int perCommit)
    {
        var random = new Random(seed);
        List<Document> documents = [.. Enumerable.Range(0, count).Select(i => RandomDocument(random, i))];
        await using (var writer = Some.Writer(_directory.Path, new SqliteStoreOptions { MinWidth = TimeSpan.FromSeconds(2000), MaxWidth = TimeSpan.FromSeconds(2000) }))
        {
            for (var i = 0; i < count; i++)
            {
                writer.Begin(i, Some.TimeUnixUs + i * 1_000_000L);
                writer.Write(documents[i]);
                if (i % perCommit == perCommit - 1)
                {
                    await writer.CommitAsync(i + 1, default);
                }
            }

            await writer.CommitAsync(count, default);
            await Compare(random, documents, 100_000 / (count + 1000));
        }

        // Packed.
        await Compare(random, documents, 200_000 / (count + 1000));
    }

    private async Task Compare(Random random, List<Document> documents, int queries)
    {
        var time = new FakeTime();
        using var reader = Some.Reader(_directory.Path);
        var values = new DocumentValues();
        for (var q = 0; q < queries; q++)
        {
            var tree = RandomTree(random, 3);
            var matcher = KqlMatcher.Compile(tree, FieldTyping.Instance, time.GetUtcNow().ToUnixTimeMilliseconds() * 1000);
            long? since = random.Next(3) == 0 ? Some.TimeUnixUs + random.Next(documents.Count) * 500L : null;
            long? until = random.Next(3) == 0 ? Some.TimeUnixUs + random.Next(documents.Count) * 1500L : null;
            HashSet<ulong> expected = [];
            foreach (var document in documents)
            {
                values.Document = document;
                if (document.TimestampUnixUs >= (since ?? long.MinValue) && document.TimestampUnixUs < (until ?? long.MaxValue)
                    && matcher.Matches(values))
                {
                    expected.Add(document.Record.Seq);
                }
            }

            var result = await reader.SearchAsync(new SearchRequest(tree, since, until, Limit: 10_000), default);
            Assert.True(
                expected.SetEquals(result.Hits.Select(hit => hit.Record.Seq)) && result.Total == expected.Count,
                $"{tree}: {result.Total} of {expected.Count}; {string.Join(' ', expected.Except(result.Hits.Select(hit => hit.Record.Seq)).Take(5))} | {string.Join(' ', result.Hits.Select(hit => hit.Record.Seq).Except(expected).Take(5))}");
            Assert.Equal(result.Hits.OrderByDescending(hit => hit.TimestampUnixUs).ThenByDescending(hit => hit.Record.Seq).Select(hit => hit.Id), result.Hits.Select(hit => hit.Id));
            var histogram = await reader.HistogramAsync(new HistogramRequest(tree, since, until, 20), default);
            Assert.Equal(expected.Count, histogram.Total);
            Assert.Equal(expected.Count, histogram.Buckets.Sum(bucket => bucket.Count));
            Assert.InRange(histogram.Buckets.Count, 0, 20);
        }
    }

    private Document RandomDocument(Random random, int i)
    {
        var document = new Document();
        document.Reset(Some.Record((ulong)i), Some.TimeUnixUs + i);
        document.TimestampUnixUs = Some.TimeUnixUs + random.Next(i + 1) * 1000L;
        document.Set(Fields.EventOriginal, Text(random, 12));
        if (random.Next(4) > 0)
        {
            document.Set(Fields.Message, Text(random, 8));
        }

        for (var n = random.Next(-4, 3); n > 0; n--)
        {
            document.Set(Fields.ErrorMessage, Text(random, 5));
        }

        if (random.Next(3) > 0)
        {
            document.Set(Fields.LogLevel, random.Next(2) == 0 ? "error" : "info");
        }

        document.Set(Fields.ServiceName, Pick(random, Keywords));
        for (var n = random.Next(-2, 4); n > 0; n--)
        {
            document.Set(Fields.Tags, Pick(random, Keywords));
        }

        document.Set(Fields.EventSequence, (long)i);
        document.Set(Fields.TraceId, random.Next(2000).ToString("x8", null));
        if (random.Next(2) == 0)
        {
            document.Set(Fields.EventCreated, Some.TimeUnixUs + random.Next(100) * 1_000_000L);
            document.Set(Fields.CrashCoreDumped, (long)random.Next(2));
            document.Set(Fields.ClientIp, Pick(random, Addresses));
        }

        if (random.Next(5) == 0)
        {
            _labels.TryGet(Encoding.UTF8.GetBytes($"k{random.Next(4)}"), out var name);
            document.Set(name, Pick(random, Keywords));
        }

        if (random.Next(50) == 0)
        {
            document.Set(Fields.Message, [0xFF, (byte)'d', (byte)'i', (byte)'s', (byte)'k', 0xE4, 0xB8]);
        }

        return document;
    }

    private static KqlNode RandomTree(Random random, int depth) => random.Next(depth == 0 ? 5 : 10) switch
    {
        0 => new FieldExists(Pick(random, FieldNames)),
        1 => new FieldMatches(null, RandomValue(random)),
        2 => new FieldCompares(Pick(random, FieldNames), (KqlComparison)random.Next(4), RandomValue(random)),
        3 or 4 => new FieldMatches(Pick(random, FieldNames), RandomValue(random)),
        5 => new Not(RandomTree(random, depth - 1)),
        6 => new MatchAll(),
        7 => new AnyOf([.. Enumerable.Range(0, random.Next(1, 4)).Select(_ => RandomTree(random, depth - 1))]),
        _ => new AllOf([.. Enumerable.Range(0, random.Next(1, 4)).Select(_ => RandomTree(random, depth - 1))]),
    };

    private static KqlValue RandomValue(Random random)
    {
        var text = random.Next(8) switch
        {
            0 => Pick(random, Keywords),
            1 => random.Next(300).ToString(null, null),
            2 => Rfc3339.Format(Some.TimeUnixUs + random.Next(100) * 1_000_000L),
            3 => Pick(random, Addresses),
            4 => "10.0.0.0/8",
            5 => random.Next(2) == 0 ? "true" : "false",
            6 => random.Next(2000).ToString("x8", null),
            _ => Text(random, 3),
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

    private static string Text(Random random, int words) =>
        string.Join(' ', Enumerable.Range(0, random.Next(words + 1)).Select(_ => random.Next(12) == 0 ? $"w{random.Next(5000)}" : Pick(random, Words)));

    private static T Pick<T>(Random random, T[] items) => items[random.Next(items.Length)];
}
