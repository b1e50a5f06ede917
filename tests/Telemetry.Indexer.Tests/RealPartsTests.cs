using System.Diagnostics;
using Telemetry.Bus;
using Telemetry.Bus.SegmentLog;
using Telemetry.Indexer.Tests.Fakes;
using Telemetry.Query;
using Telemetry.Store;
using Telemetry.Store.Purging;
using Telemetry.Store.Sqlite.Documents;
using Telemetry.Wire;

namespace Telemetry.Indexer.Tests;

/// <summary>The loops on the embedded bus and store.</summary>
public sealed class RealPartsTests : IAsyncDisposable
{
    private readonly TemporaryDirectory _directory = new();
    private readonly SegmentLogBus _bus;
    private readonly IBusWriter _writer;

    public RealPartsTests()
    {
        _bus = new SegmentLogBus(_directory["bus"], new SegmentLogOptions(), TimeProvider.System);
        _writer = _bus.OpenWriter();
    }

    [Fact]
    public async Task LineAndCrashAreFoundBySearch()
    {
        await Append(Lane.Critical, Some.Records(0, Some.AgentStart(), Some.StreamOpened(), Some.Crash()));
        await Append(Lane.Bulk, Some.Lines(0, "hello autopsy", "2026-01-02 03:04:05 ERROR it broke"));
        await using (Start())
        {
            Assert.Equal(1, await Found("message", "autopsy"));
            Assert.Equal(1, await Found("log.level", "error"));
            Assert.Equal(1, await Found("error.type", "System.InvalidOperationException"));
        }

        // Once more from where it stopped: nothing is stored twice.
        await Append(Lane.Bulk, Some.Lines(0, "hello autopsy", "2026-01-02 03:04:05 ERROR it broke"));
        await Append(Lane.Bulk, Some.Lines(2, "last"));
        await using (Start())
        {
            Assert.Equal(1, await Found("message", "last"));
            Assert.Equal(3, await Count(Lane.Bulk));
        }
    }

    [Fact]
    public async Task AttributesBecomeFieldsAndWhatWasStoredBeforeStaysALabel()
    {
        await Append(Lane.Bulk, Some.Lines(0, """{"message":"one","order":{"total":101.5}}"""));
        await using (Start())
        {
            Assert.Equal(1, await Found("message", "one"));
        }

        var total = new PromotedField("order.total", FieldType.Double);
        await Append(Lane.Bulk, Some.Lines(1, """{"message":"two","order":{"total":102}}""", "message=three order.total=much"));
        await using (Start(new PromotedFields([total])))
        {
            Assert.Equal(1, await Found("message", "three"));
        }

        var dear = new FieldCompares("order.total", KqlComparison.Greater, new KqlValue("100", false, null));
        Assert.Equal(1, await Count(Lane.Bulk, dear));
        Assert.Equal(1, await Found("labels.order.total", "101.5"));
        Assert.Equal(1, await Found("labels.order.total", "much"));
    }

    [Fact]
    public async Task WhatSomebodyPurgedFromAStoreThatAllShareIsNotedInTheAccountsOnce()
    {
        await Append(Lane.Critical, Some.Records(0, Some.AgentStart(), Some.StreamOpened(), Some.Crash()));
        await Append(Lane.Bulk, Some.Lines(0, "one", "two", "three"));
        var purged = new MemoryPurgeNotes();
        await using var host = Start(purged: purged);
        await Eventually.Holds(async () => await Count(Lane.Bulk) == 3, "all is stored");
        var reader = new Store.Sqlite.State.SqliteLifetimeReader(_directory["store"], TimeProvider.System);
        await Eventually.Holds(
            async () => await reader.GetAsync(Some.Lifetime, default) is { Crashes.Count: 1 }, "the other lane has told of the crash");
        var crash = Assert.Single((await reader.GetAsync(Some.Lifetime, default))!.Crashes);
        PurgedDocument[] documents =
        [
            Purged(Some.File, 0), Purged(Some.File, 2), Purged(Some.Agent, 2) with { Id = DocumentIdOf(crash.DocumentId) },
            new PurgedDocument(default, new RecordId(LifetimeId.From("i-9", "b"), Some.File, Some.Epoch, 7)),
        ];

        await purged.KeepAsync(new PurgeMatches(documents, []).Notes("Purged on demand.", Some.Minted), default);
        await Eventually.Holds(async () => await reader.GetAsync(Some.Lifetime, default) is { Crashes.Count: 0, Losses.Count: 2 }, "it is noted");
        await purged.KeepAsync(new PurgeMatches(documents[..1], []).Notes("Purged once more.", Some.Minted + 1), default);
        await purged.KeepAsync(new PurgeMatches([Purged(Some.File, 1)], []).Notes("Purged later.", Some.Minted + 2), default);
        await Eventually.Holds(async () => await reader.GetAsync(Some.Lifetime, default) is { Losses.Count: 3 }, "what is purged later is noted");

        var lifetime = (await reader.GetAsync(Some.Lifetime, default))!;
        Assert.Equal(
            [(0ul, 2ul, "Purged on demand."), (1ul, 1ul, "Purged later.")],
            lifetime.Losses.Where(loss => loss.Stream == Some.File).Select(loss => (loss.FirstSeq, loss.Count, loss.Detail)).Order());
        var stream = lifetime.Streams.Single(s => s.Id == Some.File);
        Assert.Equal((0ul, 3ul, 0ul), (stream.Stored, stream.Lost, stream.Missing));
    }

    private static PurgedDocument Purged(StreamId stream, ulong seq) =>
        new(default, new RecordId(Some.Lifetime, stream, Some.Epoch, seq));

    private static DocumentId DocumentIdOf(string text) => DocumentId.TryParse(text, out var id) ? id : default;

    [Fact]
    [Trait("Category", "heavy")]
    public async Task ManyLinesAreIndexedFast()
    {
        const int Batches = 100, PerBatch = 1500;
        var random = new Random(1);
        for (var b = 0; b < Batches; b++)
        {
            var lines = Enumerable.Range(0, PerBatch).Select(i =>
                $$"""{"@timestamp":"2026-01-02T03:04:{{i % 60:00}}.{{i % 1000:000}}Z","log.level":"info","message":"order {{random.Next(10_000_000)}} accepted by the cart of customer {{random.Next(100_000)}}","service.name":"shop-api","trace.id":"{{random.NextInt64():x16}}{{random.NextInt64():x16}}","user":"u-{{random.Next(5000)}}","ms":{{random.Next(1000)}}.5}""");
            await Append(Lane.Bulk, Some.Lines((ulong)(b * PerBatch), [.. lines]));
        }

        var clock = Stopwatch.StartNew();
        var cpu = Environment.CpuUsage.TotalTime;
        await using var host = Start();
        await Eventually.Holds(
            async () => await Count(Lane.Bulk) == Batches * PerBatch, "all is stored", TimeSpan.FromSeconds(60));
        var took = clock.Elapsed;
        TestContext.Current.TestOutputHelper?.WriteLine(
            $"{Batches * PerBatch / took.TotalSeconds:0} lines/s, {(Environment.CpuUsage.TotalTime - cpu).TotalMicroseconds / (Batches * PerBatch):0.00} µs of processor a line");
    }

    [Fact]
    [Trait("Category", "heavy")]
    public async Task WithoutAStoreALineTakesFewMicroseconds()
    {
        const int Batches = 300, PerBatch = 1500;
        var body = Enumerable.Range(0, PerBatch).Select(i =>
            $$"""{"@timestamp":"2026-01-02T03:04:{{i % 60:00}}.{{i % 1000:000}}Z","log.level":"info","message":"order {{i * 7919}} accepted by the cart of customer {{i * 31}}","service.name":"shop-api","trace.id":"{{i * 104729L:x16}}{{i * 1299709L:x16}}","user":"u-{{i}}","ms":{{i}}.5}""").ToArray();
        for (var b = 0; b < Batches; b++)
        {
            await Append(Lane.Bulk, Some.Lines((ulong)(b * PerBatch), body));
        }

        var store = new NullStore();
        await using var host = IndexerHost.Start(
            new IndexerOptions { DataDirectory = _directory.Path, IdentityWait = TimeSpan.FromMilliseconds(20) }, _bus, (_, _) => store);
        await Eventually.Holds(() => store.Count >= 150_000, "half is read", TimeSpan.FromSeconds(60));
        var (cpu, count) = (Environment.CpuUsage.TotalTime, store.Count);
        await Eventually.Holds(() => store.Count == Batches * PerBatch, "all is read", TimeSpan.FromSeconds(60));
        TestContext.Current.TestOutputHelper?.WriteLine(
            $"{(Environment.CpuUsage.TotalTime - cpu).TotalMicroseconds / (store.Count - count):0.00} µs of processor a line");
    }

    private sealed class NullStore : IDocumentWriter
    {
        public long Count;
        public long AppliedPosition => 0;
        public long PendingBytes => 0;
        public bool Begin(long position, long busUnixUs) => true;
        public void Write(Document document) => Count++;
        public string Mark => "";
        public ValueTask WaitForRoomAsync(CancellationToken cancel) => default;
        public ValueTask<IReadOnlyList<RefusedDocument>> CommitAsync(long next, CancellationToken cancel) => new([]);
        public void Rest(long busUnixUs)
        {
        }

        public ValueTask DisposeAsync() => default;
    }

    public async ValueTask DisposeAsync()
    {
        await _writer.DisposeAsync();
        await _bus.DisposeAsync();
        _directory.Dispose();
    }

    private async Task Append(Lane lane, byte[] body)
    {
        var now = (DateTimeOffset.UtcNow.UtcTicks - DateTime.UnixEpoch.Ticks) / 10;
        await _writer.AppendAsync(lane, Some.Stamp(busUnixUs: now), body, default);
    }

    private IndexerHost Start(PromotedFields? fields = null, IPurgeNotes? purged = null) => IndexerHost.Start(
        new IndexerOptions
        {
            DataDirectory = _directory.Path, IdentityWait = TimeSpan.FromMilliseconds(20), Promoted = fields ?? PromotedFields.None,
            RetainEvery = TimeSpan.FromMilliseconds(50),
        },
        _bus,
        (partition, opening) => SqliteDocumentWriter.Open(
            Store(partition.Lane), new SqliteStoreOptions { Promoted = fields ?? PromotedFields.None }, TimeProvider.System, opening.Oldest),
        purged: purged);

    private string Store(Lane lane) => _directory[Path.Combine("store", lane == Lane.Critical ? "critical" : "bulk")];

    /// <summary>How many documents match, once there are any.</summary>
    private async Task<long> Found(string field, string value)
    {
        var query = new FieldMatches(field, new KqlValue(value, false, null));
        long found = 0;
        await Eventually.Holds(
            async () => (found = await Count(Lane.Bulk, query) + await Count(Lane.Critical, query)) > 0, $"{field}: {value}");
        return found;
    }

    private async Task<long> Count(Lane lane, KqlNode? query = null)
    {
        using var reader = new SqliteDocumentReader([Store(lane)], TimeProvider.System, _ => { });
        return (await reader.SearchAsync(new SearchRequest(query ?? new MatchAll(), Limit: 0), default)).Total;
    }
}
