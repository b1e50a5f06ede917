using Telemetry.Store.Sqlite.Documents;
using Telemetry.Wire;

namespace Telemetry.Store.Tests.Documents;

public sealed class SqliteDocumentReaderTests : IDisposable
{
    private readonly TemporaryDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    [Theory]
    [InlineData("log.level : ERROR", 1)]
    [InlineData("log.level : Err*", 1)]
    [InlineData("log.* : ERROR", 1)]
    [InlineData("log.level >= INFO", 1)]
    [InlineData("service.name : WEB", 0)]
    public async Task LevelsAreFoundHoweverTheyAreWritten(string query, int expected)
    {
        await Some.Store(_directory.Path, [Some.Document(0, "a", "error"), Some.Document(1, "b")]);
        using var reader = Some.Reader(_directory.Path);
        Assert.Equal(expected, (await reader.SearchAsync(new SearchRequest(Some.Query(query)), default)).Total);
    }

    [Fact]
    public async Task DocumentsComeBackAsTheyWere()
    {
        var document = Some.Document(7, "disk full on /dev/sda1", "error");
        document.TimestampUnixUs = Some.TimeUnixUs + 5;
        document.Set(Fields.Tags, "a");
        document.Set(Fields.Tags, "");
        document.Set(Fields.CrashCoreDumped, 1L);
        document.Set(Fields.EventCreated, Some.TimeUnixUs);
        await Some.Store(_directory.Path, [document]);

        using var reader = Some.Reader(_directory.Path);
        var result = await reader.SearchAsync(new SearchRequest(Some.Query("disk")), default);

        var hit = Assert.Single(result.Hits);
        Assert.Equal(1, result.Total);
        Assert.Null(result.Next);
        Assert.Equal((document.Id, document.Record, document.TimestampUnixUs), (hit.Id, hit.Record, hit.TimestampUnixUs));
        Assert.Equal(
            """
            crash.core_dumped=True
            event.created=2026-11-22T11:00:00.000000Z
            event.original=error disk full on /dev/sda1
            event.sequence=7
            log.level=error
            message=disk full on /dev/sda1
            service.name=web
            tags=a,
            """,
            string.Join('\n', hit.Fields.Select(f => $"{f.Key}={(f.Value is IReadOnlyList<object> l ? string.Join(',', l) : f.Value)}")));
    }

    [Theory]
    [InlineData("", 5)]
    [InlineData("log.level : error", 2)]
    [InlineData("not log.level : error", 3)]
    [InlineData("\"connection refused\"", 1)]
    [InlineData("\"refused connection\"", 1)]
    [InlineData("message : connection refused", 3)]
    [InlineData("message : conn*", 3)]
    [InlineData("event.original : *used*", 2)]
    [InlineData("event.sequence > 2", 2)]
    [InlineData("event.sequence > 2 and log.level : error", 1)]
    [InlineData("service.* : web and missing : *", 0)]
    [InlineData("@timestamp < \"2026-11-22T11:00:00.002Z\"", 2)]
    [InlineData("\"\\\" OR 1\"", 0)]
    public async Task QueriesFind(string query, int expected)
    {
        await Some.Store(_directory.Path,
        [
            Some.Document(0, "Connection refused by peer", "error"),
            Some.Document(1, "refused: connection limit"),
            Some.Document(2, "connection lost"),
            Some.Document(3, "all is well"),
            Some.Document(4, "", "error"),
        ]);
        using var reader = Some.Reader(_directory.Path);
        var result = await reader.SearchAsync(new SearchRequest(Some.Query(query)), default);
        Assert.Equal((expected, expected), (result.Total, result.Hits.Count));
    }

    [Fact]
    public async Task PagesNeitherRepeatNorSkipDocumentsOfTheSameTime()
    {
        await Some.Store(_directory.Path, Enumerable.Range(0, 100).Select(i =>
        {
            var document = Some.Document((ulong)i, "same");
            document.TimestampUnixUs = Some.TimeUnixUs + i / 30;
            return document;
        }));
        using var reader = Some.Reader(_directory.Path);
        List<ulong> seen = [];
        string? cursor = null;
        do
        {
            var page = await reader.SearchAsync(new SearchRequest(Some.Query("same"), Limit: 7, Cursor: cursor), default);
            Assert.Equal(100, page.Total);
            seen.AddRange(page.Hits.Select(hit => hit.Record.Seq));
            cursor = page.Next;
        }
        while (cursor is not null);

        Assert.Equal(Enumerable.Range(0, 100).Reverse().Select(i => (ulong)i), seen);
    }

    [Fact]
    public async Task HistogramCountsByLevelInRoundBuckets()
    {
        await Some.Store(_directory.Path, Enumerable.Range(0, 300).Select(i =>
        {
            var document = Some.Document((ulong)i, "x", i % 3 == 0 ? "error" : "info");
            document.TimestampUnixUs = Some.TimeUnixUs + i * 1_000_000L;
            return document;
        }));
        using var reader = Some.Reader(_directory.Path);

        var whole = await reader.HistogramAsync(new HistogramRequest(Some.Query(""), null, null, 10), default);
        Assert.Equal((Some.TimeUnixUs, 30_000_000, 300, 10), (whole.StartUnixUs, whole.BucketUs, whole.Total, whole.Buckets.Count));
        Assert.All(whole.Buckets, bucket => Assert.Equal((30, 10, 20), (bucket.Count, bucket.ByLevel["error"], bucket.ByLevel["info"])));

        var part = await reader.HistogramAsync(
            new HistogramRequest(Some.Query("log.level : error"), Some.TimeUnixUs - 60_000_000, Some.TimeUnixUs + 60_000_000, 60), default);
        Assert.Equal((Some.TimeUnixUs - 60_000_000, 5_000_000, 20, 24), (part.StartUnixUs, part.BucketUs, part.Total, part.Buckets.Count));
    }

    [Fact]
    public async Task TimeRangeExcludesItsEnd()
    {
        await Some.Store(_directory.Path, Enumerable.Range(0, 10).Select(i => Some.Document((ulong)i, "x")));
        using var reader = Some.Reader(_directory.Path);
        var result = await reader.SearchAsync(
            new SearchRequest(Some.Query(""), Some.TimeUnixUs + 2000, Some.TimeUnixUs + 5000), default);
        Assert.Equal([4UL, 3, 2], result.Hits.Select(hit => hit.Record.Seq));
        Assert.Equal(3, result.Total);
    }

    [Fact]
    public async Task ContextIsTheStreamAroundADocumentAcrossEpochs()
    {
        var documents = Enumerable.Range(0, 5000).Select(i => Some.Document((ulong)i, "x")).ToList();
        for (var i = 0; i < 3; i++)
        {
            // The stream's next epoch begins anew; another stream lies between.
            var next = new Document();
            next.Reset(new RecordId(Some.Lifetime, Some.Stream, new Epoch(1), (ulong)i), Some.TimeUnixUs + 6_000_000 + i);
            var other = new Document();
            other.Reset(new RecordId(Some.Lifetime, new StreamId(9), new Epoch(1), (ulong)i), Some.TimeUnixUs + 6_000_000 + i);
            documents.AddRange([next, other]);
        }

        await Some.Store(_directory.Path, documents);
        using var reader = Some.Reader(_directory.Path);
        var middle = await reader.ContextAsync(documents[4096].Id, 2, 2, default);
        Assert.Equal([4094UL, 4095, 4096, 4097, 4098], middle.Select(hit => hit.Record.Seq));
        var end = await reader.ContextAsync(documents[4999].Id, 1, 2, default);
        Assert.Equal([4998UL, 4999, 0, 1], end.Select(hit => hit.Record.Seq));
        var start = await reader.ContextAsync(end[2].Id, 2, 5, default);
        Assert.Equal([4998UL, 4999, 0, 1, 2], start.Select(hit => hit.Record.Seq));
        Assert.Empty(await reader.ContextAsync(DocumentId.From(Some.Record(77_777), Some.TimeUnixUs), 2, 2, default));
    }

    [Fact]
    public async Task LastDocumentsOfALifetimeComeFromAllLanes()
    {
        var crash = Some.Document(9_000_000, "crash");
        await Some.Store(_directory["critical"], [crash]);
        await Some.Store(_directory["bulk"], Enumerable.Range(0, 10).Select(i => Some.Document((ulong)i, "x")));
        using var reader = Some.Reader(_directory["critical"], _directory["bulk"]);
        var last = await reader.LastAsync(Some.Lifetime, null, 3, default);
        Assert.Equal([8UL, 9, 9_000_000], last.Select(hit => hit.Record.Seq));
        Assert.Empty(await reader.LastAsync(LifetimeId.From("i-2", "b"), null, 3, default));
        Assert.Empty(await reader.LastAsync(Some.Lifetime, new StreamId(1), 3, default));
    }

    [Fact]
    public async Task ArrivalsAreFollowedThroughCommitsAndPartitions()
    {
        var options = new SqliteStoreOptions { MinWidth = TimeSpan.FromSeconds(10), MaxWidth = TimeSpan.FromSeconds(10) };
        using var reader = Some.Reader(_directory.Path);
        var query = Some.Query("x");
        var cursor = (await reader.ArrivedAsync(query, null, 10, default)).Cursor;
        await using var writer = Some.Writer(_directory.Path, options);
        List<ulong> seen = [];
        for (var i = 0; i < 40; i++)
        {
            writer.Begin(i, Some.TimeUnixUs + i * 1_000_000L);
            writer.Write(Some.Document((ulong)i, "x"));
            await writer.CommitAsync(i + 1, default);
            if (i % 3 == 0)
            {
                var arrived = await reader.ArrivedAsync(query, cursor, 2, default);
                cursor = arrived.Cursor;
                seen.AddRange(arrived.Documents.Select(hit => hit.Record.Seq));
            }
        }

        while ((await reader.ArrivedAsync(query, cursor, 2, default)) is { Documents.Count: > 0 } more)
        {
            cursor = more.Cursor;
            seen.AddRange(more.Documents.Select(hit => hit.Record.Seq));
        }

        Assert.Equal(Enumerable.Range(0, 40).Select(i => (ulong)i), seen);
        Assert.Equal(4, Directory.GetFiles(_directory.Path, "docs-*.db").Length);
    }
}
