using System.Text;
using Telemetry.Query;
using Telemetry.Store.Tests.Documents;
using Telemetry.Wire;

namespace Telemetry.Store.Tests.Contract;

/// <summary>What console, CLI and rules rely on, whatever the store.</summary>
public abstract partial class DocumentReaderContract : IAsyncLifetime
{
    private static readonly (string Query, int Expected)[] Queries =
    [
        ("", 5),
        ("*", 5),
        ("log.level : ERROR", 2),
        ("log.level : Err*", 2),
        ("log.* : ERROR", 2),
        ("log.level >= INFO", 3),
        ("service.name : WEB", 0),
        ("not log.level : error", 3),
        ("\"connection refused\"", 1),
        ("\"refused connection\"", 1),
        ("message : connection refused", 3),
        ("message : conn*", 3),
        ("message : *ction", 3),
        ("message : con*tion", 3),
        ("message : *", 5),
        ("message : \"\"", 0),
        ("message : 10.0.0.1", 1),
        ("message : 10.0.*.1", 1),
        ("message : 0.0.1", 1),
        ("message : 10.0.0.0", 0),
        ("event.original : *used*", 2),
        ("event.original : \"error Connection refused by peer\"", 1),
        ("event.original : error*", 2),
        ("event.original : *\\**", 1),
        ("event.original : *", 5),
        ("event.sequence > 2", 2),
        ("event.sequence > 1.5 and event.sequence <= 3.0", 2),
        ("event.sequence : 1 3", 2),
        ("event.sequence > 2 and log.level : error", 1),
        ("service.* : web and missing : *", 0),
        ("@timestamp < \"2026-11-22T11:00:00.002Z\"", 2),
        ("@timestamp : \"2026-11-22T11:00:00.002Z\"", 1),
        ("@timestamp : 2026-11-22", 5),
        ("@timestamp > 1066", 5),
        ("@timestamp < 9999", 5),
        ("@timestamp < 1066 or @timestamp > 9000", 0),
        ("\"\\\" OR 1\"", 0),
        ("tags : *", 2),
        ("tags : \"\"", 1),
        ("tags : a and tags : b", 1),
        ("tags > 5", 1),
        ("tags : \"1?0\"", 0),
        ("crash.core_dumped : true", 1),
        ("crash.core_dumped : false", 0),
        ("client.ip : 10.0.0.0/8", 1),
        ("client.ip : \"::ffff:10.1.2.3\"", 1),
        ("client.ip > 10.0.0.0 and client.ip < 10.255.0.0", 1),
        ("client.ip : fe80*", 1),
        ("client.ip : \"fe80::/16\"", 1),
        ("client.ip : *address*", 1),
        ("client.ip : *", 3),
        ("client.ip : not*", 1),
        ("labels.elapsed_ms > 100", 2),
        ("labels.elapsed_ms > 1e2", 2),
        ("labels.elapsed_ms <= 99.5", 1),
        ("labels.elapsed_ms : 250", 1),
        ("labels.elapsed_ms : 2*", 1),
        ("labels.elapsed_ms : *5*", 3),
        ("labels.elapsed_ms : *", 4),
        ("labels.elapsed_ms > b", 1),
        ("labels.elapsed_ms < b and labels.elapsed_ms >= 0x", 3),
        ("labels.* > 100", 2),
        ("labels.* : slow", 1),
        ("labels.*_ms : slow", 1),
        ("labels.*_ms > 100", 2),
        ("labels.el* : *", 4),
        ("*lapsed* : 250", 1),
        ("labels.z* : *", 0),
        ("labels : *", 0),
        ("* : slow", 1),
        ("_seq : *", 0),
        ("telemetry.words.message : *", 0),
        ("telemetry.label_names : *", 0),
    ];

    private readonly LabelNames _labels = new();

    private IContractStore Store { get; set; } = null!;

    private IDocumentReader Reader => Store.Reader;

    protected abstract Task<IContractStore> CreateAsync();

    public async ValueTask InitializeAsync() => Store = await CreateAsync();

    public async ValueTask DisposeAsync()
    {
        if (Store is not null)
        {
            await Store.DisposeAsync();
        }

        GC.SuppressFinalize(this);
    }

    [Fact]
    public async Task AnEmptyStoreAnswers()
    {
        var result = await Reader.SearchAsync(new SearchRequest(Some.Query("message : x and not labels.a* : 1 and labels.n > 5")), default);
        Assert.Equal((0, 0, null), (result.Total, result.Hits.Count, result.Next));
        Assert.Empty(result.Incomplete);
        var histogram = await Reader.HistogramAsync(new HistogramRequest(Some.Query(""), null, null), default);
        Assert.Equal((0, 0), (histogram.Total, histogram.Buckets.Count));
        Assert.Equal(2, (await Reader.HistogramAsync(new HistogramRequest(Some.Query(""), Some.TimeUnixUs, Some.TimeUnixUs + 2_000_000), default)).Buckets.Count);
        Assert.Empty(await Reader.ContextAsync(DocumentId.From(Some.Record(1), Some.TimeUnixUs), 2, 2, default));
        Assert.Empty(await Reader.LastAsync(Some.Lifetime, null, 3, default));
        var arrivals = await Reader.ArrivedAsync(Some.Query(""), null, 10, default);
        Assert.Empty((await Reader.ArrivedAsync(Some.Query(""), arrivals.Cursor, 10, default)).Documents);
    }

    [Fact]
    public async Task DocumentsComeBackAsTheyWere()
    {
        var document = Identified.Document(7, "Disk full on /dev/sda1: \"no\\room\"\u0001\n日本", "error");
        document.TimestampUnixUs = Some.TimeUnixUs + 5;
        foreach (var tag in (string[])["b", "", "a", "b"])
        {
            document.Set(Fields.Tags, tag);
        }

        document.Set(Fields.CrashCoreDumped, 1L);
        document.Set(Fields.EventIngested, Some.TimeUnixUs + 123_456);
        document.Set(Fields.ProcessPid, -1L);
        document.Set(Fields.ClientIp, "10.0.0.1");
        document.Set(Fields.ClientIp, "no address");
        document.Set(Label("order.id"), "12");
        document.Set(Label("order.id.x"), "");
        document.Set(Label("odd \"name\"/é"), "y");
        await Store.StoreAsync([document]);

        var result = await Reader.SearchAsync(new SearchRequest(Some.Query("disk")), default);

        var hit = Assert.Single(result.Hits);
        Assert.Equal(1, result.Total);
        Assert.Null(result.Next);
        Assert.Equal((document.Id, document.Record, document.TimestampUnixUs), (hit.Id, hit.Record, hit.TimestampUnixUs));
        Assert.Equal(
            $"""
            client.ip=[10.0.0.1|no address]
            crash.core_dumped=True
            event.created=2026-11-22T11:00:00.007000Z
            event.ingested=2026-11-22T11:00:00.123456Z
            event.original=error Disk full on /dev/sda1: "no\room"{'\u0001'}⏎日本
            event.sequence=7
            labels.odd "name"/é=y
            labels.order.id=12
            labels.order.id.x=
            lifetime.id={Some.Lifetime}
            log.level=error
            message=Disk full on /dev/sda1: "no\room"{'\u0001'}⏎日本
            process.pid=-1
            service.name=web
            tags=[b||a|b]
            telemetry.epoch=000000000000abcd
            telemetry.stream.id={Some.Stream}
            """,
            string.Join('\n', hit.Fields.Select(f => $"{f.Key}={(f.Value is IReadOnlyList<object> l ? $"[{string.Join('|', l)}]" : $"{f.Value}".Replace('\n', '⏎'))}")));
    }

    [Fact]
    public async Task QueriesFind()
    {
        Document[] documents =
        [
            Identified.Document(0, "Connection refused by peer", "error"),
            Identified.Document(1, "refused: connection limit"),
            Identified.Document(2, "connection to 10.0.0.1 lost"),
            Identified.Document(3, "all is * well"),
            Identified.Document(4, "", "error"),
        ];
        foreach (var tag in (string[])["a", "b", "100"])
        {
            documents[0].Set(Fields.Tags, tag);
        }

        documents[1].Set(Fields.Tags, "");
        documents[1].Set(Fields.CrashCoreDumped, 1L);
        documents[1].Set(Fields.ClientIp, "10.1.2.3");
        documents[2].Set(Fields.ClientIp, "fe80::1");
        documents[3].Set(Fields.ClientIp, "not an address");
        documents[0].Set(Label("elapsed_ms"), "99.5");
        documents[1].Set(Label("elapsed_ms"), "250");
        documents[2].Set(Label("elapsed_ms"), "1.5e3");
        documents[3].Set(Label("elapsed_ms"), "slow");
        await Store.StoreAsync(documents);
        List<string> wrong = [];
        foreach (var (query, expected) in Queries)
        {
            var result = await Reader.SearchAsync(new SearchRequest(Some.Query(query)), default);
            if ((result.Total, result.Hits.Count, result.Incomplete.Count) != (expected, expected, 0))
            {
                wrong.Add($"{query} finds {result.Total}, not {expected}; {string.Join(' ', result.Incomplete)}");
            }
        }

        Assert.Empty(wrong);
    }

    [Fact]
    public async Task WordsAreCutAndFoldedAsTheMatcherDoes()
    {
        // Each code point between two letters, and after one.
        List<Document> documents = [];
        for (var code = 1; code < 0x3000; code += 7)
        {
            if (Rune.IsValid(code))
            {
                documents.Add(Identified.Document((ulong)documents.Count, $"A{new Rune(code)}b {new Rune(code)}z c{new Rune(code)}"));
            }
        }

        documents.Add(Identified.Document((ulong)documents.Count, $"long {new string('y', 300)} word"));
        documents.Add(Identified.Document((ulong)documents.Count, $"long {new string('y', 299)}x word"));
        await Store.StoreAsync(documents);
        foreach (var query in (string[])["ab", "\"a b\"", "a*b", "z", "c", "\"a b z c\"", "c*", "*z",
            $"\"long {new string('Y', 300)} word\"", $"{new string('y', 200)}*", $"{new string('y', 299)}x"])
        {
            await AssertFindsWhatTheMatcherMatches(Some.Query($"message : {query}"), documents);
        }
    }

    [Theory]
    [InlineData(1, 60, 150)]
    [InlineData(2, 900, 150)]
    [InlineData(3, 900, 150)]
    public async Task StoreFindsWhatTheMatcherMatches(int seed, int count, int queries)
    {
        var random = new Random(seed);
        var corpus = new RandomCorpus(random);
        List<Document> documents = [.. Enumerable.Range(0, count).Select(i => Identified.With(corpus.Document(i)))];
        await Store.StoreAsync(documents.Take(count / 2));
        await Store.RollOverAsync();
        await Store.StoreAsync(documents.Skip(count / 2));
        for (var q = 0; q < queries; q++)
        {
            long? since = random.Next(3) == 0 ? Some.TimeUnixUs + random.Next(documents.Count) * 500L : null;
            long? until = random.Next(3) == 0 ? Some.TimeUnixUs + random.Next(documents.Count) * 1500L : null;
            await AssertFindsWhatTheMatcherMatches(corpus.Query(3), documents, since, until);
        }
    }

    [Fact]
    public async Task PagesNeitherRepeatNorSkipDocumentsOfTheSameTime()
    {
        await Store.StoreAsync(Enumerable.Range(0, 100).Select(i =>
        {
            var document = Identified.Document((ulong)i, "same");
            document.TimestampUnixUs = Some.TimeUnixUs + i / 30;
            return document;
        }));
        List<ulong> seen = [];
        string? cursor = null;
        do
        {
            var page = await Reader.SearchAsync(new SearchRequest(Some.Query("same"), Limit: 7, Cursor: cursor), default);
            Assert.Equal(100, page.Total);
            seen.AddRange(page.Hits.Select(hit => hit.Record.Seq));
            cursor = page.Next;
        }
        while (cursor is not null);

        Assert.Equal(Enumerable.Range(0, 100).Reverse().Select(i => (ulong)i), seen);
    }

    [Fact]
    public async Task APageMayBeLongOrEmpty()
    {
        await Store.StoreAsync(Enumerable.Range(0, 3100).Select(i => Identified.Document((ulong)i, "x")));
        var none = await Reader.SearchAsync(new SearchRequest(Some.Query("x"), Limit: 0), default);
        Assert.Equal((3100, 0, null), (none.Total, none.Hits.Count, none.Next));
        var most = await Reader.SearchAsync(new SearchRequest(Some.Query("x"), Limit: 2500), default);
        Assert.Equal(Enumerable.Range(600, 2500).Reverse().Select(i => (ulong)i), most.Hits.Select(hit => hit.Record.Seq));
        var rest = await Reader.SearchAsync(new SearchRequest(Some.Query("x"), Limit: 2500, Cursor: most.Next), default);
        Assert.Equal(Enumerable.Range(0, 600).Reverse().Select(i => (ulong)i), rest.Hits.Select(hit => hit.Record.Seq));
        Assert.Null(rest.Next);
        var all = await Reader.SearchAsync(new SearchRequest(Some.Query("x"), Limit: 10_000), default);
        Assert.Equal((3100, null), (all.Hits.Count, all.Next));
    }

    [Fact]
    public async Task ACursorThatIsNoneIsRefused()
    {
        await Store.StoreAsync([Identified.Document(1, "x")]);
        foreach (var cursor in (string[])["", "x", "AAAA", "W10", "WzEsMiwzLDQsNSw2LDcsOF0", "not base64!"])
        {
            await Assert.ThrowsAsync<FormatException>(async () =>
                await Reader.SearchAsync(new SearchRequest(Some.Query("x"), Cursor: cursor), default));
        }
    }

    [Fact]
    public async Task TimeRangeExcludesItsEndToTheMicrosecond()
    {
        await Store.StoreAsync(Enumerable.Range(0, 10).Select(i =>
        {
            var document = Identified.Document((ulong)i, "x");
            document.TimestampUnixUs = Some.TimeUnixUs + i;
            return document;
        }));
        var result = await Reader.SearchAsync(new SearchRequest(Some.Query(""), Some.TimeUnixUs + 2, Some.TimeUnixUs + 5), default);
        Assert.Equal([4UL, 3, 2], result.Hits.Select(hit => hit.Record.Seq));
        Assert.Equal(3, result.Total);
        Assert.Equal(0, (await Reader.SearchAsync(new SearchRequest(Some.Query(""), Some.TimeUnixUs + 5, Some.TimeUnixUs + 2), default)).Total);
        Assert.Equal(10, (await Reader.SearchAsync(new SearchRequest(Some.Query(""), long.MinValue, long.MaxValue), default)).Total);
        Assert.Equal(0, (await Reader.SearchAsync(new SearchRequest(Some.Query(""), null, long.MinValue), default)).Total);
    }

    [Fact]
    public async Task HistogramCountsByLevelInRoundBuckets()
    {
        await Store.StoreAsync(Enumerable.Range(0, 300).Select(i =>
        {
            var document = i % 3 == 2 ? Identified.Document(Some.Record((ulong)i), Some.TimeUnixUs)
                : Identified.Document((ulong)i, "x", i % 3 == 0 ? "error" : "info");
            document.TimestampUnixUs = Some.TimeUnixUs + i * 1_000_000L + 999_999;
            return document;
        }));

        var whole = await Reader.HistogramAsync(new HistogramRequest(Some.Query(""), null, null, 10), default);
        Assert.Equal((Some.TimeUnixUs, 30_000_000, 300, 10), (whole.StartUnixUs, whole.BucketUs, whole.Total, whole.Buckets.Count));
        Assert.All(whole.Buckets, bucket => Assert.Equal(
            (30, 10, 10, 10), (bucket.Count, bucket.ByLevel["error"], bucket.ByLevel["info"], bucket.ByLevel[""])));

        var part = await Reader.HistogramAsync(
            new HistogramRequest(Some.Query("log.level : error"), Some.TimeUnixUs - 60_000_000, Some.TimeUnixUs + 60_000_000, 60), default);
        Assert.Equal((Some.TimeUnixUs - 60_000_000, 5_000_000, 20, 24), (part.StartUnixUs, part.BucketUs, part.Total, part.Buckets.Count));

        var open = await Reader.HistogramAsync(new HistogramRequest(Some.Query(""), Some.TimeUnixUs + 298_000_000, null, 60), default);
        Assert.Equal((Some.TimeUnixUs + 298_000_000, 1_000_000, 2, 2), (open.StartUnixUs, open.BucketUs, open.Total, open.Buckets.Count));
        Assert.Equal(300, (await Reader.HistogramAsync(new HistogramRequest(Some.Query(""), long.MinValue, long.MaxValue, 60), default)).Total);
    }

    [Fact]
    public async Task ContextIsTheStreamAroundADocumentAcrossEpochs()
    {
        var documents = Enumerable.Range(0, 3000).Select(i => Identified.Document((ulong)i, "x")).ToList();
        for (var i = 0; i < 3; i++)
        {
            // The stream's next epoch begins anew; another stream lies between.
            documents.Add(Identified.Document(new RecordId(Some.Lifetime, Some.Stream, new Epoch(1), (ulong)i), Some.TimeUnixUs + 6_000_000 + i));
            documents.Add(Identified.Document(new RecordId(Some.Lifetime, new StreamId(9), new Epoch(1), (ulong)i), Some.TimeUnixUs + 6_000_000 + i));
        }

        await Store.StoreAsync(documents);
        var middle = await Reader.ContextAsync(documents[2096].Id, 2, 2, default);
        Assert.Equal([2094UL, 2095, 2096, 2097, 2098], middle.Select(hit => hit.Record.Seq));
        var end = await Reader.ContextAsync(documents[2999].Id, 1, 2, default);
        Assert.Equal([2998UL, 2999, 0, 1], end.Select(hit => hit.Record.Seq));
        var start = await Reader.ContextAsync(end[2].Id, 2, 5, default);
        Assert.Equal([2998UL, 2999, 0, 1, 2], start.Select(hit => hit.Record.Seq));
        Assert.Equal(2501, (await Reader.ContextAsync(documents[2999].Id, 2500, 0, default)).Count);
        Assert.Single(await Reader.ContextAsync(documents[0].Id, 0, 0, default));
        Assert.Empty(await Reader.ContextAsync(DocumentId.From(Some.Record(77_777), Some.TimeUnixUs), 2, 2, default));
    }

    [Fact]
    public async Task LastDocumentsAreThoseMintedLast()
    {
        await Store.StoreAsync(Enumerable.Range(0, 10).Select(i => Identified.Document((ulong)i, "x")));
        await Store.StoreAsync([Identified.Document(new RecordId(Some.Lifetime, new StreamId(9), new Epoch(1), 0), Some.TimeUnixUs + 8500)]);
        var last = await Reader.LastAsync(Some.Lifetime, null, 3, default);
        Assert.Equal([8UL, 0, 9], last.Select(hit => hit.Record.Seq));
        Assert.Equal([7UL, 8, 9], (await Reader.LastAsync(Some.Lifetime, Some.Stream, 3, default)).Select(hit => hit.Record.Seq));
        Assert.Empty(await Reader.LastAsync(LifetimeId.From("i-2", "b"), null, 3, default));
        Assert.Empty(await Reader.LastAsync(Some.Lifetime, new StreamId(1), 3, default));
        Assert.Empty(await Reader.LastAsync(Some.Lifetime, null, 0, default));
    }

    [Fact]
    public async Task WhatCameLateIsNotAmongTheLast()
    {
        await Store.StoreAsync(Enumerable.Range(5, 5).Select(i => Identified.Document((ulong)i, "x")));
        await Store.StoreAsync(Enumerable.Range(3, 2).Select(i => Identified.Document((ulong)i, "x")));
        await Store.RollOverAsync();
        await Store.StoreAsync(Enumerable.Range(0, 3).Select(i => Identified.Document((ulong)i, "x")));
        Assert.Equal([8UL, 9], (await Reader.LastAsync(Some.Lifetime, null, 2, default)).Select(hit => hit.Record.Seq));
        Assert.Equal([2UL, 3, 4, 5, 6, 7, 8, 9], (await Reader.LastAsync(Some.Lifetime, Some.Stream, 8, default)).Select(hit => hit.Record.Seq));
    }

    [Theory]
    [InlineData("x")]
    [InlineData("labels.n >= 0")]
    [InlineData("labels.*n : *")]
    public async Task ArrivalsAreFollowedThroughCommitsAndRollovers(string text)
    {
        var query = Some.Query(text);
        await Store.StoreAsync([Wanted(1000)]);
        var cursor = (await Reader.ArrivedAsync(query, null, 10, default)).Cursor;
        List<ulong> seen = [];
        for (var i = 0; i < 20; i++)
        {
            await Store.StoreAsync([Identified.Document((ulong)(2 * i), "other"), Wanted(2 * i + 1)]);
            if (i % 3 == 0)
            {
                var arrived = await Reader.ArrivedAsync(query, cursor, 2, default);
                cursor = arrived.Cursor;
                seen.AddRange(arrived.Documents.Select(hit => hit.Record.Seq));
            }

            if (i % 7 == 6)
            {
                await Store.RollOverAsync();
            }
        }

        // An answer may be empty, and what it looked at did not match.
        for (var empty = 0; empty < 25;)
        {
            var more = await Reader.ArrivedAsync(query, cursor, 2, default);
            empty += more.Documents.Count == 0 ? 1 : 0;
            cursor = more.Cursor;
            seen.AddRange(more.Documents.Select(hit => hit.Record.Seq));
        }

        Assert.Equal(Enumerable.Range(0, 20).Select(i => (ulong)(2 * i + 1)), seen);

        Document Wanted(int seq)
        {
            var document = Identified.Document((ulong)seq, "x");
            document.Set(Fields.EventIngested, Some.TimeUnixUs + seq);
            document.Set(Label("n"), $"{seq}");
            return document;
        }
    }

    private async Task AssertFindsWhatTheMatcherMatches(
        KqlNode tree, List<Document> documents, long? since = null, long? until = null, FieldTyping? types = null)
    {
        var matcher = KqlMatcher.Compile(tree, types ?? FieldTyping.Instance, new FakeTime().GetUtcNow().ToUnixTimeMilliseconds() * 1000);
        var values = new DocumentValues();
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

        var result = await Reader.SearchAsync(new SearchRequest(tree, since, until, Limit: 10_000), default);
        var found = result.Hits.Select(hit => hit.Record.Seq).ToList();
        Assert.True(
            expected.SetEquals(found) && result.Total == expected.Count,
            $"{KqlPrinter.Print(tree)}: {result.Total} of {expected.Count}; lacks {string.Join(' ', expected.Except(found).Take(5))}; has {string.Join(' ', found.Except(expected).Take(5))}; {string.Join(' ', result.Incomplete)}");
        Assert.Empty(result.Incomplete);
        Assert.Equal(result.Hits.OrderByDescending(hit => hit.TimestampUnixUs).ThenByDescending(hit => hit.Record.Seq).Select(hit => hit.Id), result.Hits.Select(hit => hit.Id));
        var histogram = await Reader.HistogramAsync(new HistogramRequest(tree, since, until, 20), default);
        Assert.Equal(expected.Count, histogram.Total);
        Assert.Equal(expected.Count, histogram.Buckets.Sum(bucket => bucket.Count));
        Assert.InRange(histogram.Buckets.Count, 0, 20);
    }

    private FieldName Label(string path)
    {
        Assert.True(_labels.TryGet(Encoding.UTF8.GetBytes(path), out var field));
        return field;
    }
}
