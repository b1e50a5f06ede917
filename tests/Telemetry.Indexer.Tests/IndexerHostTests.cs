using System.Text;
using Telemetry.Autopsy;
using Telemetry.Indexer.Tests.Fakes;
using Telemetry.Protos.V1;
using Telemetry.Store.Sqlite.State;
using Telemetry.Wire;
using Epoch = Telemetry.Wire.Epoch;
using Lane = Telemetry.Wire.Lane;

namespace Telemetry.Indexer.Tests;

public sealed class IndexerHostTests : IAsyncDisposable
{
    private readonly TemporaryDirectory _directory = new();
    private readonly MemoryBus _bus = new();
    private readonly Dictionary<Lane, MemoryStore> _stores = new() { [Lane.Critical] = new(), [Lane.Bulk] = new() };
    private readonly List<IndexerHost> _hosts = [];

    [Fact]
    public async Task LineBecomesADocumentWithAllThatIsKnownOfIt()
    {
        Start();
        _bus.Append(Lane.Critical, Some.Stamp(), Some.Records(0, Some.AgentStart(), Some.StreamOpened()));
        _bus.Append(Lane.Bulk, Some.Stamp(), Some.Lines(0, "2026-01-02 03:00:00 ERROR it broke"));
        var document = (await Documents(Lane.Bulk, 1))[0];

        Assert.Equal("it broke", document["message"]);
        Assert.Equal("2026-01-02T02:00:00.000000Z", Store.Rfc3339.Format(document.TimestampUnixUs));
        Assert.Equal("web-1", document["host.name"]);
        Assert.Equal("i-1", document["host.id"]);
        Assert.Equal("boot-1", document["host.boot.id"]);
        Assert.Equal("web", document["service.node.role"]);
        Assert.Equal("api", document["service.name"]);
        Assert.Equal("1.4.2", document["service.version"]);
        Assert.Equal("/var/log/app.log", document["log.file.path"]);
        Assert.Equal(Some.Lifetime.ToString(), document["lifetime.id"]);
        Assert.Equal(Some.File.ToString(), document["telemetry.stream.id"]);
        Assert.Equal("bulk", document["telemetry.lane"]);
        Assert.Equal("0", document["event.sequence"]);
        Assert.Equal(new RecordId(Some.Lifetime, Some.File, Some.Epoch, 0), document.Record);
    }

    [Fact]
    public async Task LineOfANewServerWaitsForItsIdentity()
    {
        Start(o => o with { IdentityWait = TimeSpan.FromSeconds(20) });
        _bus.Append(Lane.Bulk, Some.Stamp(), Some.Lines(0, "2026-01-02 03:00:00 ERROR it broke"));
        _bus.Append(Lane.Critical, Some.Stamp(), Some.Records(0, Some.AgentStart()));
        _bus.Append(Lane.Critical, Some.Stamp(), Some.Records(1, Some.StreamOpened()));
        Assert.Equal("web-1", (await Documents(Lane.Bulk, 1))[0]["host.name"]);
    }

    [Fact]
    public async Task LineOfAServerThatNobodyIntroducesIsStoredAfterAWhile()
    {
        Start(o => o with { IdentityWait = TimeSpan.FromMilliseconds(50) });
        _bus.Append(Lane.Bulk, Some.Stamp(), Some.Lines(0, "hello autopsy"));
        var document = (await Documents(Lane.Bulk, 1))[0];
        Assert.Equal("i-1", document["host.id"]);
        Assert.Null(document["host.name"]);
        Assert.Equal("0", document["telemetry.parsed"]);
    }

    [Fact]
    public async Task CrashIsOneGoodDocument()
    {
        Start();
        _bus.Append(Lane.Critical, Some.Stamp(), Some.Records(0, Some.AgentStart(), Some.Crash()));
        var document = (await Documents(Lane.Critical, 2))[1];
        Assert.Equal("api crashed: System.InvalidOperationException: cart is empty (SIGABRT after 3.2 s)", document["message"]);
        Assert.Equal("fatal", document["log.level"]);
        Assert.Equal("process", document["event.category"]);
        Assert.Equal("System.InvalidOperationException", document["error.type"]);
        Assert.Equal("cart is empty", document["error.message"]);
        Assert.Contains("at Shop.Cart.Add(Item item) in /src/Cart.cs:line 12", document["error.stack_trace"], StringComparison.Ordinal);
        Assert.Equal("System.IO.IOException: disk", document["crash.inner"]);
        Assert.Equal("SIGABRT", document["crash.signal"]);
        Assert.Equal("77", document["process.pid"]);
        Assert.Equal("api", document["process.name"]);
        Assert.Equal("api", document["service.name"]);
        Assert.Contains("Unhandled exception", document["crash.stderr"], StringComparison.Ordinal);
        Assert.Equal(Some.Minted + 5, document.TimestampUnixUs);

        var crash = Assert.Single((await Lifetimes().GetAsync(Some.Lifetime, default))!.Crashes);
        Assert.Equal(document.Id.ToString(), crash.DocumentId);
        Assert.Equal("web-1", crash.HostName);
        Assert.Equal("System.InvalidOperationException: cart is empty", crash.Title);
        Assert.Single(await Lifetimes().CrashesAsync(null, null, 10, default));
    }

    [Fact]
    public async Task LifecycleRecordsAreDocumentsAndHeartbeatsAreNot()
    {
        Start();
        _bus.Append(Lane.Critical, Some.Stamp(), Some.Records(0,
            Some.AgentStart(), Some.StreamOpened(), new Heartbeat { AtUnixUs = Some.Minted },
            new WorkloadStart { Workload = new Workload { Id = "w1", Name = "api" }, Pid = 5 },
            new LevelChange { WorkloadId = "w1", Level = "Debug", UntilUnixUs = Some.Minted },
            new WorkloadEnd { WorkloadId = "w1", ExitCode = 3, EndedUnixUs = Some.Minted },
            new Loss { StreamId = Some.File.Value, Count = 4, FirstSeq = 1, Reason = LossReason.SpoolFull },
            new StreamClosed { StreamId = Some.File.Value, Epoch = 7 },
            new AgentStop { Reason = "signal TERM" }, new Seal { Final = true, Reason = "shutdown" }));
        var documents = await Documents(Lane.Critical, 8);
        Assert.Equal(
            ["agent_start", "stream_opened", "workload_start", "level_change", "workload_end", "loss", "agent_stop", "seal"],
            documents.Select(d => d["event.action"]));
        Assert.All(documents, d => Assert.NotNull(d["message"]));
        Assert.Equal("lost 4 records of /var/log/app.log: spool_full", documents[5]["message"]);
        Assert.StartsWith("api logs from Debug on, until 20", documents[3]["message"], StringComparison.Ordinal);
    }

    [Fact]
    public async Task ResendIsSkipped()
    {
        var batch = Some.Lines(0, "a", "b", "c");
        Start(o => o with { IdentityWait = TimeSpan.Zero });
        _bus.Append(Lane.Bulk, Some.Stamp(), batch);
        await Documents(Lane.Bulk, 3);
        _bus.Append(Lane.Bulk, Some.Stamp(), batch);
        _bus.Append(Lane.Bulk, Some.Stamp(), Some.Lines(3, "d"));
        Assert.Equal(["a", "b", "c", "d"], (await Documents(Lane.Bulk, 4)).Select(d => d["message"]));
        Assert.Equal(0, (await Lifetimes().GetAsync(Some.Lifetime, default))!.IdentityConflicts);
    }

    [Fact]
    public async Task OverlapThatIsNoResendIsKeptApartAndReported()
    {
        Start(o => o with { IdentityWait = TimeSpan.Zero });
        var other = Some.Lines(1, "x", "y");
        _bus.Append(Lane.Bulk, Some.Stamp(), Some.Lines(0, "a", "b"));
        _bus.Append(Lane.Bulk, Some.Stamp(), other);
        _bus.Append(Lane.Bulk, Some.Stamp(), other);
        _bus.Append(Lane.Bulk, Some.Stamp(), Some.Lines(2, "c"));
        var documents = await Documents(Lane.Bulk, 5);
        Assert.Equal(["a", "b", "x", "y", "c"], documents.Select(d => d["message"]));
        Assert.Equal([null, null, "1", "1", null], documents.Select(d => d["telemetry.identity_conflict"]));
        Assert.Equal(5, documents.Select(d => d.Id).Distinct().Count());

        var lifetime = (await Lifetimes().GetAsync(Some.Lifetime, default))!;
        Assert.Equal(1, lifetime.IdentityConflicts);
        Assert.Equal(0ul, lifetime.Streams.Aggregate(0ul, (sum, s) => sum + s.Missing));
        Assert.Equal(5ul, lifetime.Streams.Aggregate(0ul, (sum, s) => sum + s.Stored));
    }

    [Fact]
    public async Task BatchThatDoesNotDecodeIsKeptAndItsRangeIsLost()
    {
        Start(o => o with { IdentityWait = TimeSpan.Zero });
        var broken = Some.Lines(0, "a", "b");
        broken[^1] ^= 1;
        _bus.Append(Lane.Bulk, Some.Stamp(), broken);
        _bus.Append(Lane.Bulk, Some.Stamp(), Encoding.UTF8.GetBytes("no batch at all"));
        _bus.Append(Lane.Bulk, Some.Stamp(), Some.Lines(2, "c"));
        var documents = await Documents(Lane.Bulk, 3);
        Assert.Equal(["loss", "loss", null], documents.Select(d => d["event.action"]));
        Assert.Equal("decoding", documents[0]["telemetry.loss.reason"]);

        var files = Directory.GetFiles(Path.Combine(_directory.Path, "deadletters", "bulk"));
        Assert.Equal(2, files.Length);
        Assert.EndsWith(Encoding.Latin1.GetString(broken), Encoding.Latin1.GetString(await File.ReadAllBytesAsync(files.Order().First())), StringComparison.Ordinal);
        var lifetime = (await Lifetimes().GetAsync(Some.Lifetime, default))!;
        var stream = lifetime.Streams.Single(s => s.Id == Some.File && s.Epoch == Some.Epoch);
        Assert.Equal((3ul, 1ul, 2ul, 0ul), (stream.Produced, stream.Stored, stream.Lost, stream.Missing));
        Assert.Equal(2, lifetime.Losses.Count);
    }

    [Fact]
    public async Task BatchOfAnotherLifetimeOrLaneIsNotBelieved()
    {
        Start(o => o with { IdentityWait = TimeSpan.Zero });
        var foreign = LifetimeId.From("i-2", "boot-9");
        _bus.Append(Lane.Bulk, Some.Stamp(foreign), Some.Lines(0, "a"));
        _bus.Append(Lane.Bulk, Some.Stamp(), Some.Records(0, Some.AgentStart()));
        Assert.All(await Documents(Lane.Bulk, 2), d => Assert.Equal("loss", d["event.action"]));
        Assert.Empty((await Lifetimes().GetAsync(foreign, default))!.Streams);
    }

    [Fact]
    public async Task RecordThatDoesNotDecodeIsADeadLetterAndADocument()
    {
        var raw = new System.Buffers.ArrayBufferWriter<byte>();
        RecordsWriter.Message(raw, RecordKind.Crash, [0xFF, 0xFF, 0xFF]);
        RecordsWriter.Message(raw, (RecordKind)11, []);
        Start();
        _bus.Append(Lane.Critical, Some.Stamp(), Some.Batch(Lane.Critical, [Some.Run(0, 2, Some.Agent)], raw.WrittenSpan));
        var documents = await Documents(Lane.Critical, 2);
        Assert.Equal("0", documents[0]["telemetry.parsed"]);
        Assert.Single(Directory.GetFiles(Path.Combine(_directory.Path, "deadletters", "critical")));
    }

    [Fact]
    public async Task RecordsOfTwoStreamsInOneBatchAreDeadLettersOfTheirOwn()
    {
        var raw = new System.Buffers.ArrayBufferWriter<byte>();
        RecordsWriter.Message(raw, RecordKind.Crash, [0xFF, 0xFF, 0xFF]);
        RecordsWriter.Message(raw, RecordKind.Crash, [0xFF, 0xFF, 0xFE]);
        Start();
        _bus.Append(Lane.Critical, Some.Stamp(), Some.Batch(
            Lane.Critical, [Some.Run(0, 1, Some.Agent), Some.Run(0, 1, StreamId.From(9, "", "other"))], raw.WrittenSpan));
        await Documents(Lane.Critical, 2);

        var letters = new DeadLetterFolder(_directory.Path).List(10);

        Assert.Equal([0, 1], letters.Select(kept => kept.Letter.Record));
    }

    [Fact]
    public async Task ADeadLetterIsFoundWithAllThatTheGatewaySaid()
    {
        Start(o => o with { IdentityWait = TimeSpan.Zero });
        var broken = Some.Lines(0, "a", "b");
        broken[^1] ^= 1;
        var stamp = Some.Stamp() with { Tenant = "shop" };
        _bus.Append(Lane.Bulk, stamp, broken);
        await Documents(Lane.Bulk, 1);
        var folder = new DeadLetterFolder(_directory.Path);

        var listed = Assert.Single(folder.List(10));
        var found = folder.Find(listed.Id)!;

        Assert.Equal((stamp, (long)broken.Length, 0), (listed.Letter.Stamp, listed.Size, listed.Letter.Bytes.Length));
        Assert.Equal(broken, found.Letter.Bytes.ToArray());
        Assert.Contains("checksum", DeadLetterCheck.FindProblem(found.Letter), StringComparison.Ordinal);
        Assert.Equal("", DeadLetterCheck.FindProblem(found.Letter with { Bytes = Some.Lines(0, "a", "b") }));
        folder.Drop(listed.Id);
        folder.Drop(listed.Id);
        Assert.Null(folder.Find(listed.Id));
    }

    [Fact]
    public async Task RestartGoesOnWhereTheStateIs()
    {
        var first = Start(o => o with { IdentityWait = TimeSpan.Zero });
        _bus.Append(Lane.Bulk, Some.Stamp(), Some.Lines(0, "a"));
        await Documents(Lane.Bulk, 1);
        await first.StopAsync(TimeSpan.FromSeconds(5));
        _bus.Append(Lane.Bulk, Some.Stamp(), Some.Lines(0, "a"));
        _bus.Append(Lane.Bulk, Some.Stamp(), Some.Lines(1, "b"));
        Start(o => o with { IdentityWait = TimeSpan.Zero });
        Assert.Equal(["a", "b"], (await Documents(Lane.Bulk, 2)).Select(d => d["message"]));
    }

    [Fact]
    public async Task EntryThatWaitsForAnIdentityAtTheStopIsIndexedAtTheNextStart()
    {
        var first = Start(o => o with { IdentityWait = TimeSpan.FromMinutes(1) });
        _bus.Append(Lane.Bulk, Some.Stamp(), Some.Lines(0, "a"));
        await Eventually.Holds(() => _bus.Given == 1, "the entry is read");
        await first.StopAsync(TimeSpan.FromSeconds(5));
        Start(o => o with { IdentityWait = TimeSpan.Zero });
        Assert.Equal(["a"], (await Documents(Lane.Bulk, 1)).Select(d => d["message"]));
    }

    [Fact]
    public async Task DamagedStateIsSetAsideAndMadeAgainWithoutDuplicates()
    {
        var first = Start(o => o with { IdentityWait = TimeSpan.Zero });
        _bus.Append(Lane.Bulk, Some.Stamp(), Some.Lines(0, "a", "b"));
        await Documents(Lane.Bulk, 2);
        await first.StopAsync(TimeSpan.FromSeconds(5));
        var path = Path.Combine(_directory.Path, "store", "bulk", "state.db");
        await File.WriteAllTextAsync(path, new string('x', 10_000));
        _bus.Append(Lane.Bulk, Some.Stamp(), Some.Lines(2, "c"));
        Start(o => o with { IdentityWait = TimeSpan.Zero });
        Assert.Equal(["a", "b", "c"], (await Documents(Lane.Bulk, 3)).Select(d => d["message"]));
        Assert.Single(Directory.GetFiles(Path.GetDirectoryName(path)!, "state.db.damaged-*"));
        await Eventually.Holds(async () => (await Lifetimes().GetAsync(Some.Lifetime, default))?.Streams is [{ Stored: 3 }], "state is whole again");
    }

    [Fact]
    public async Task StoreThatLostDocumentsGetsThemAgainFromTheBus()
    {
        var first = Start(o => o with { IdentityWait = TimeSpan.Zero });
        var resent = Some.Lines(2, "c");
        _bus.Append(Lane.Bulk, Some.Stamp(), Some.Lines(0, "a", "b"));
        _bus.Append(Lane.Bulk, Some.Stamp(), resent);
        _bus.Append(Lane.Bulk, Some.Stamp(), resent);
        _bus.Append(Lane.Bulk, Some.Stamp(), Some.Lines(1, "x"));
        await Eventually.Holds(() => _bus.Trimmed.GetValueOrDefault(Lane.Bulk) == 40, "all is indexed");
        await first.StopAsync(TimeSpan.FromSeconds(5));
        var before = await Lifetimes().GetAsync(Some.Lifetime, default);

        _stores[Lane.Bulk] = new MemoryStore();
        _bus.Trimmed.Clear();
        _bus.Append(Lane.Bulk, Some.Stamp(), Some.Lines(3, "d"));
        Start(o => o with { IdentityWait = TimeSpan.Zero });
        await Eventually.Holds(() => _bus.Trimmed.GetValueOrDefault(Lane.Bulk) == 50, "all is indexed again");
        Assert.Equal(["a", "b", "c", "x", "d"], _stores[Lane.Bulk].Documents.Select(d => d["message"]));
        var after = await Lifetimes().GetAsync(Some.Lifetime, default);
        Assert.Equal(before!.IdentityConflicts, after!.IdentityConflicts);
    }

    [Fact]
    public async Task FailingStoreIsTriedAgainAndNothingIsSkippedOrDoubled()
    {
        var failures = 0;
        _stores[Lane.Bulk].OnCommit = n =>
        {
            if (n % 2 == 1)
            {
                failures++;
                throw new IOException("disk full");
            }
        };
        Start(o => o with { IdentityWait = TimeSpan.Zero, FirstBackoff = TimeSpan.FromMilliseconds(1), MaxBackoff = TimeSpan.FromMilliseconds(2), CommitBytes = 1 });
        for (ulong i = 0; i < 20; i++)
        {
            _bus.Append(Lane.Bulk, Some.Stamp(), Some.Lines(i, $"line {i}"));
        }

        var documents = await Documents(Lane.Bulk, 20);
        Assert.Equal(Enumerable.Range(0, 20).Select(i => $"line {i}"), documents.Select(d => d["message"]));
        Assert.True(failures > 0);
        await Eventually.Holds(() => _bus.Trimmed.GetValueOrDefault(Lane.Bulk) == 200, "the bus may forget all");
    }

    [Fact]
    public async Task AFailingLaneIsAProblemUntilItCommits()
    {
        var isFull = true;
        _stores[Lane.Bulk].OnCommit = _ =>
        {
            if (isFull)
            {
                throw new IOException("disk full");
            }
        };
        var host = Start(o => o with { IdentityWait = TimeSpan.Zero, FirstBackoff = TimeSpan.FromMilliseconds(1), MaxBackoff = TimeSpan.FromMilliseconds(2), CommitBytes = 1 });
        await Eventually.Holds(() => !host.Problems.Any(), "all is opened");
        _bus.Append(Lane.Bulk, Some.Stamp(), Some.Lines(0, "line"));
        await Eventually.Holds(() => host.Problems.Any(p => p.Contains("bulk lane", StringComparison.Ordinal)
            && p.Contains("disk full", StringComparison.Ordinal)), "the failure is named");

        isFull = false;
        await Documents(Lane.Bulk, 1);
        await Eventually.Holds(() => !host.Problems.Any(), "all is well again");
    }

    [Fact]
    public async Task ALaneIsAProblemUntilItIsOpened()
    {
        using var opening = new ManualResetEventSlim();
        _bus.OnExtent = lane =>
        {
            if (lane == Lane.Bulk)
            {
                opening.Wait();
            }
        };
        var host = Start();

        await Eventually.Holds(() => host.Problems.SequenceEqual(["The bulk lane is being opened."]), "it is named");
        opening.Set();
        await Eventually.Holds(() => !host.Problems.Any(), "all is well");
    }

    [Fact]
    public async Task ReplayFromTheBeginningGivesTheSameState()
    {
        var random = new Random(3);
        ulong seq = 0;
        var kept = new List<byte[]>();
        for (var i = 0; i < 60; i++)
        {
            var count = random.Next(1, 6);
            var batch = Some.Lines(seq, [.. Enumerable.Range(0, count).Select(n => $"line {seq + (ulong)n}")]);
            seq += (ulong)count;
            kept.Add(batch);
            _bus.Append(Lane.Bulk, Some.Stamp(), random.Next(4) == 0 ? kept[random.Next(kept.Count)] : batch);
        }

        var first = Start(o => o with { IdentityWait = TimeSpan.Zero });
        await Eventually.Holds(() => _bus.Trimmed.GetValueOrDefault(Lane.Bulk) == 600, "all is indexed");
        await first.StopAsync(TimeSpan.FromSeconds(5));
        var before = (await Lifetimes().GetAsync(Some.Lifetime, default))!.Streams;
        var count1 = _stores[Lane.Bulk].Documents.Count;
        File.Delete(Path.Combine(_directory.Path, "store", "bulk", "state.db"));
        _bus.Trimmed.Clear();

        var second = Start(o => o with { IdentityWait = TimeSpan.Zero });
        await Eventually.Holds(() => _bus.Trimmed.GetValueOrDefault(Lane.Bulk) == 600, "all is indexed again");
        await second.StopAsync(TimeSpan.FromSeconds(5));
        var after = (await Lifetimes().GetAsync(Some.Lifetime, default))!.Streams;
        Assert.Equal(before[0].Stored, after[0].Stored);
        Assert.Equal(before[0].MissingRanges, after[0].MissingRanges);
        Assert.Equal(count1, _stores[Lane.Bulk].Documents.Count);
        Assert.Equal(count1, _stores[Lane.Bulk].Documents.Select(d => d.Id).Distinct().Count());
    }

    [Fact]
    public async Task HundredRestartsOfTheShipperAreOneLifetimeWithoutADeath()
    {
        Start();
        for (ulong i = 0; i < 100; i++)
        {
            _bus.Append(Lane.Critical, Some.Stamp(busUnixUs: Now()), Some.Records(2 * i, Some.Minted + (long)i,
                Some.AgentStart($"run {i}"), new Heartbeat { AtUnixUs = Some.Minted }));
        }

        await Documents(Lane.Critical, 100);
        var lifetime = Assert.Single(await Lifetimes().ListAsync(null, null, 10, default));
        Assert.Equal(100, lifetime.AgentRuns);
        Assert.Equal(LifetimeState.Alive, lifetime.State);
        Assert.Empty(lifetime.Crashes);
    }

    [Fact]
    public async Task SignsOfTimeThatComeDuringACommitAreNoLag()
    {
        using var lag = new LagGauges();
        _stores[Lane.Bulk].OnCommit = _ => _bus.AppendTicks(100);
        Start(o => o with { IdentityWait = TimeSpan.Zero });
        _bus.Append(Lane.Bulk, Some.Stamp(busUnixUs: Now()), Some.Lines(0, "a"));
        await Documents(Lane.Bulk, 1);
        await Eventually.Holds(() => _stores[Lane.Bulk].Commits > 0 && lag.All.All(value => value == 0), "there is no lag");
    }

    [Fact]
    public async Task SecondIndexerOnTheSameDirectoryWaits()
    {
        var first = Start(o => o with { IdentityWait = TimeSpan.Zero, FirstBackoff = TimeSpan.FromMilliseconds(20), MaxBackoff = TimeSpan.FromMilliseconds(20) });
        _bus.Append(Lane.Bulk, Some.Stamp(), Some.Lines(0, "a"));
        await Documents(Lane.Bulk, 1);
        Start(o => o with { IdentityWait = TimeSpan.Zero, FirstBackoff = TimeSpan.FromMilliseconds(20), MaxBackoff = TimeSpan.FromMilliseconds(20) });
        await first.StopAsync(TimeSpan.FromSeconds(5));
        _bus.Append(Lane.Bulk, Some.Stamp(), Some.Lines(1, "b"));
        Assert.Equal(["a", "b"], (await Documents(Lane.Bulk, 2)).Select(d => d["message"]));
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var host in _hosts)
        {
            await host.DisposeAsync();
        }

        _directory.Dispose();
    }

    private static long Now() => (DateTimeOffset.UtcNow.Ticks - DateTime.UnixEpoch.Ticks) / 10;

    private IndexerHost Start(Func<IndexerOptions, IndexerOptions>? change = null)
    {
        var options = new IndexerOptions { DataDirectory = _directory.Path, IdleCommitAfter = TimeSpan.FromMilliseconds(5) };
        var host = IndexerHost.Start(change?.Invoke(options) ?? options, _bus, (partition, _) => _stores[partition.Lane].Open());
        _hosts.Add(host);
        return host;
    }

    private SqliteLifetimeReader Lifetimes() => new(Path.Combine(_directory.Path, "store"), TimeProvider.System);

    /// <summary>The documents of a lane once there are so many, committed with the state.</summary>
    private async Task<IReadOnlyList<MemoryDocument>> Documents(Lane lane, int count)
    {
        await Eventually.Holds(() => _stores[lane].Documents.Count >= count, $"{count} documents in {lane}");
        await Eventually.Holds(() => _bus.Trimmed.GetValueOrDefault(lane) > 0, "state is committed");
        var documents = _stores[lane].Documents;
        Assert.Equal(count, documents.Count);
        return documents;
    }
}
