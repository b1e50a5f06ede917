using System.Text;
using Telemetry.Autopsy;
using Telemetry.Bus;
using Telemetry.Indexer.Tests.Fakes;
using Telemetry.Protos.V1;
using Telemetry.Store.Purging;
using Telemetry.Store.Sqlite.State;
using Telemetry.Wire;
using Lane = Telemetry.Wire.Lane;

namespace Telemetry.Indexer.Tests;

/// <summary>Partitions whose state the bus keeps, so that any process can go on with them.</summary>
public sealed class StateOnTheBusTests : IAsyncDisposable
{
    private readonly TemporaryDirectory _directory = new();
    private readonly MemoryBus _bus = new() { KeepsState = true };
    private readonly Dictionary<Lane, MemoryStore> _stores = new() { [Lane.Critical] = new(), [Lane.Bulk] = new() };
    private readonly List<IndexerHost> _hosts = [];

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task AnotherProcessGoesOnWhereTheFormerEnded(bool compacted)
    {
        var first = Start("one");
        Append(0, "a", "b", "c");
        _bus.Append(Lane.Critical, Some.Stamp(), Some.Records(0, Some.AgentStart(), Some.StreamOpened(), Some.Crash()));
        await Indexed(Lane.Bulk, 10);
        await Indexed(Lane.Critical, 10);
        await first.DisposeAsync();
        if (compacted)
        {
            Log(Lane.Bulk).Compact();
            Log(Lane.Critical).Compact();
        }

        Append(0, "a", "b", "c");
        Append(3, "d");
        await using (Start("two"))
        {
            await Indexed(Lane.Bulk, 30);
            Assert.Equal(["a", "b", "c", "d"], Messages());
        }

        var lifetime = await Lifetime("two");
        Assert.Equal(0, lifetime.IdentityConflicts);
        Assert.Equal("web-1", lifetime.HostName);
        Assert.Equal(4ul, lifetime.Streams.Single(s => s.Id == Some.File).Stored);
        Assert.Single(lifetime.Crashes);
    }

    [Fact]
    public async Task WhatWasNotCommittedIsReadAgain()
    {
        Log(Lane.Bulk).OnCommit = () => throw new FencedException("Another member has it.");
        var first = Start("one");
        Append(0, "a");
        await Eventually.Holds(() => first.Problems.Any(p => p.Contains("Another member", StringComparison.Ordinal)), "the fence is named");
        Assert.Equal(0, Log(Lane.Bulk).RowCount);
        Log(Lane.Bulk).OnCommit = () => { };
        await Indexed(Lane.Bulk, 10);
        Assert.Single(Messages().Distinct());
        await first.DisposeAsync();
        Assert.Equal(1ul, (await Lifetime("one")).Streams.Single().Stored);
    }

    [Fact]
    public async Task ARewoundOffsetWritesDocumentsAgainAndLearnsNothingTwice()
    {
        await using (Start("one"))
        {
            Append(0, "a");
            Append(1, "b");
            await Indexed(Lane.Bulk, 20);
        }

        _stores[Lane.Bulk] = new MemoryStore();
        Log(Lane.Bulk).Committed = 0;
        Append(2, "c");
        await using (Start("one"))
        {
            await Indexed(Lane.Bulk, 30);
        }

        Assert.Equal(["a", "b", "c"], Messages());
        var stream = (await Lifetime("one")).Streams.Single();
        Assert.Equal((3ul, 0), (stream.Stored, (int)(await Lifetime("one")).IdentityConflicts));
    }

    [Fact]
    public async Task WhatAnotherProcessPurgedDoesNotComeBackWhenTheBusIsReadOnceMore()
    {
        await using (Start("one"))
        {
            Append(0, "a", "secret", "c");
            await Indexed(Lane.Bulk, 10);
        }

        var purged = new MemoryPurgeNotes();
        var record = _stores[Lane.Bulk].Documents.Single(d => d["message"] == "secret").Record;
        await purged.KeepAsync(new PurgeMatches([new PurgedDocument(default, record)], []).Notes("Purged on demand.", Some.Minted), default);
        _stores[Lane.Bulk] = new MemoryStore();
        Log(Lane.Bulk).Committed = 0;
        Append(3, "d");
        await using (Start("two", o => o with { RetainEvery = TimeSpan.FromHours(1) }, purged: purged))
        {
            await Indexed(Lane.Bulk, 20);
        }

        Assert.Equal(["a", "c", "d"], Messages());
        var lifetime = await Lifetime("two");
        Assert.Equal(("purged", 1ul, 1ul), (lifetime.Losses.Single().Reason, lifetime.Losses[0].FirstSeq, lifetime.Losses[0].Count));
        Assert.Equal((3ul, 1ul), (lifetime.Streams.Single().Stored, lifetime.Streams[0].Lost));
    }

    [Fact]
    public async Task WhatTheStoreRefusesIsADeadLetterAndLostToItsLifetime()
    {
        _stores[Lane.Bulk].Refuses = document => document["message"] == "bad";
        await using (Start("one"))
        {
            Append(0, "good", "bad", "fine");
            await Indexed(Lane.Bulk, 10);
        }

        Assert.Equal(["good", "fine"], Messages());
        var letter = Assert.Single(Log(Lane.Bulk).Letters);
        Assert.Equal("The document is not liked.", letter.Reason);
        Assert.Equal("bad", Encoding.UTF8.GetString(letter.Bytes.Span));
        Assert.Equal((0L, Some.Lifetime), (letter.Position.Value, letter.Stamp.Lifetime));

        // And so it is for the next owner.
        await using (Start("two"))
        {
            Append(3, "more");
            await Indexed(Lane.Bulk, 20);
        }

        var lifetime = await Lifetime("two");
        var stream = lifetime.Streams.Single();
        Assert.Equal((3ul, 1ul, 0ul), (stream.Stored, stream.Lost, stream.Missing));
        var loss = Assert.Single(lifetime.Losses);
        Assert.Equal(("store_refused", 1ul, 1ul), (loss.Reason, loss.FirstSeq, loss.Count));
    }

    [Fact]
    public async Task EntriesThatDoNotDecodeAreCommittedWithTheOffset()
    {
        await using (Start("one"))
        {
            _bus.Append(Lane.Bulk, Some.Stamp(), Encoding.UTF8.GetBytes("rubbish"));
            await Indexed(Lane.Bulk, 10);
        }

        Assert.Equal("rubbish", Encoding.UTF8.GetString(Assert.Single(Log(Lane.Bulk).Letters).Bytes.Span));
        Assert.False(Directory.Exists(_directory["one/deadletters"]));
    }

    [Fact]
    public async Task IsReadOnWhileACommitWaitsForTheStore()
    {
        var store = new TaskCompletionSource();
        _stores[Lane.Bulk].BeforeCommit = store.Task;
        await using var host = Start("one", o => o with { CommitBytes = 1, BusyCommitAfter = TimeSpan.Zero });
        for (ulong i = 0; i < 20; i++)
        {
            Append(i, $"line {i}");
        }

        await Eventually.Holds(() => _stores[Lane.Bulk].Written >= 2, "more is written than the first commit holds");
        Assert.Null(Log(Lane.Bulk).Committed);
        store.SetResult();
        await Indexed(Lane.Bulk, 200);
        Assert.Equal(Enumerable.Range(0, 20).Select(i => $"line {i}"), Messages());
    }

    [Fact]
    public async Task RetentionThatOvertakesAnUnreadPositionIsALossOfTheServersHeardOfThen()
    {
        await DeleteUnreadAsync();
        await using (Start("one"))
        {
            await Indexed(Lane.Bulk, 30);
        }

        Assert.Equal(["a", "c"], Messages());
        var lifetime = await Lifetime("one");
        var loss = Assert.Single(lifetime.Losses);
        Assert.Equal("retention", loss.Reason);
        Assert.Equal(1ul, lifetime.Streams.Single().Missing);
    }

    [Fact]
    public async Task RetentionThatOvertakesIsAProblemOfTheIndexerForAWhileAndIsCountedOnce()
    {
        await DeleteUnreadAsync();
        using var overtaken = new OvertakenCounter();
        var fails = true;
        Log(Lane.Bulk).OnCommit = () => _ = Volatile.Read(ref fails) ? throw new IOException("The bus is away.") : 0;
        await using (var host = Start("one"))
        {
            await Eventually.Holds(() => host.Problems.Any(p => p.Contains("The bus is away", StringComparison.Ordinal)), "the commit fails");
            Volatile.Write(ref fails, false);
            await Indexed(Lane.Bulk, 30);
            await Eventually.Holds(() => host.Problems.Count() == 1, "the failure is over");
            Assert.Contains("deleted positions 10 to 20 of bulk-g1-0", host.Problems.Single(), StringComparison.Ordinal);
        }

        Assert.Equal(10, overtaken.Of("bulk-g1-0"));
        _bus.OldestOf[Lane.Bulk] = 40;
        Append(3, "deleted as well");
        await using (var host = Start("one", o => o with { TellOvertakenFor = TimeSpan.Zero }))
        {
            Append(4, "e");
            await Indexed(Lane.Bulk, 50);
            await Eventually.Holds(() => !host.Problems.Any(), "it is told no longer");
        }

        Assert.Equal(20, overtaken.Of("bulk-g1-0"));
        Assert.Equal(2, (await Lifetime("one")).Losses.Count(loss => loss.Reason == "retention"));
    }

    [Fact]
    public async Task WhatIsNoEntryIsCommittedAtTheEndSoThatItIsNotTakenForUnread()
    {
        await using (Start("one"))
        {
            Append(0, "a");
            await Indexed(Lane.Bulk, 10);
            _bus.Ticks = 3;
        }

        Assert.Equal(13, Log(Lane.Bulk).Committed);
    }

    [Fact]
    public async Task WhatWasDeletedUnreadIsNothingInAPartitionThatNeverHeldAnEntry()
    {
        _bus.OldestOf[Lane.Bulk] = 20;
        _bus.MayHaveHeldEntries = false;
        using var overtaken = new OvertakenCounter();
        Append(0, "in a place that is not read");
        Append(1, "in a place that is not read");
        Append(0, "a");
        await using var host = Start("one");
        await Indexed(Lane.Bulk, 30);
        Assert.Empty(host.Problems);
        Assert.Equal(0, overtaken.Of("bulk-g1-0"));
        await Eventually.Holds(async () => await Lifetime("one") is not null, "the lifetime is told of");
        Assert.Empty((await Lifetime("one")).Losses);
    }

    [Fact]
    public async Task ALaneThatAnotherProcessHasIsFollowedForWhatItKnows()
    {
        // Who has the critical lane introduces the server; who has bulk alone asks the state on the bus.
        await using (Start("critical", o => o with { Lanes = [Lane.Critical] }))
        {
            _bus.Append(Lane.Critical, Some.Stamp(), Some.Records(0, Some.AgentStart(), Some.StreamOpened()));
            await Indexed(Lane.Critical, 10);
            await using var bulk = Start("bulk", o => o with { Lanes = [Lane.Bulk], IdentityWait = TimeSpan.FromSeconds(20) });
            Append(0, "hello");
            await Indexed(Lane.Bulk, 10);
            Assert.Equal("web-1", _stores[Lane.Bulk].Documents[0]["host.name"]);
        }
    }

    [Fact]
    public async Task ALineWaitsForACriticalLaneThatHasReadNothingYet()
    {
        await using var bulk = Start("bulk", o => o with { Lanes = [Lane.Bulk], IdentityWait = TimeSpan.FromMilliseconds(20) });
        Append(0, "hello");
        await Task.Delay(200, TestContext.Current.CancellationToken);
        Assert.Empty(_stores[Lane.Bulk].Documents);
        await using var critical = Start("critical", o => o with { Lanes = [Lane.Critical] });
        _bus.Append(Lane.Critical, Some.Stamp(), Some.Records(0, Some.AgentStart(), Some.StreamOpened()));
        await Indexed(Lane.Bulk, 10);
        Assert.Equal("web-1", _stores[Lane.Bulk].Documents[0]["host.name"]);
    }

    [Fact]
    public async Task LifetimesAreWrittenWhenSomethingHappensAndElseOnceAMinute()
    {
        var written = new MemoryLifetimes();
        await using var host = Start("one", lifetimes: written);
        _bus.Append(Lane.Critical, Some.Stamp(busUnixUs: Now()), Some.Records(0, Now(), Some.AgentStart()));
        await Eventually.Holds(() => written.Count(Some.Lifetime) == 1, "a new lifetime is written");
        for (ulong i = 1; i < 5; i++)
        {
            _bus.Append(Lane.Critical, Some.Stamp(busUnixUs: Now()), Some.Records(i, Now(), new Heartbeat { AtUnixUs = Now() }));
        }

        _bus.Append(Lane.Critical, Some.Stamp(busUnixUs: Now()), Some.Records(5, Now(), Some.Crash()));
        await Eventually.Holds(() => written.Last(Some.Lifetime)?.Evidence.Crashes.Count == 1, "the crash is written");
        Assert.InRange(written.Count(Some.Lifetime), 2, 3);
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

    private MemoryStateLog Log(Lane lane) => _bus.StateLogs[lane];

    private IEnumerable<string?> Messages() => _stores[Lane.Bulk].Documents.Select(d => d["message"]);

    private void Append(ulong first, params string[] lines) => _bus.Append(Lane.Bulk, Some.Stamp(), Some.Lines(first, lines));

    private Task Indexed(Lane lane, long position) =>
        Eventually.Holds(() => Log(lane).Committed == position, $"{lane} is committed up to {position}");

    /// <summary>One record is indexed, the next is deleted while nobody reads, and one more waits.</summary>
    private async Task DeleteUnreadAsync()
    {
        await using (Start("one"))
        {
            Append(0, "a");
            await Indexed(Lane.Bulk, 10);
        }

        Append(1, "deleted unread");
        Append(2, "c");
        _bus.OldestOf[Lane.Bulk] = 20;
    }

    private async Task<Lifetime> Lifetime(string process) =>
        (await new SqliteLifetimeReader(_directory[$"{process}/state/g1-0"], TimeProvider.System).GetAsync(Some.Lifetime, default))!;

    private IndexerHost Start(
        string process, Func<IndexerOptions, IndexerOptions>? change = null, Store.ILifetimeWriter? lifetimes = null,
        IPurgeNotes? purged = null)
    {
        var options = new IndexerOptions
        {
            DataDirectory = _directory[process], IdleCommitAfter = TimeSpan.FromMilliseconds(5), IdentityWait = TimeSpan.Zero,
            FirstBackoff = TimeSpan.FromMilliseconds(5), MaxBackoff = TimeSpan.FromMilliseconds(10),
        };
        var host = IndexerHost.Start(
            change?.Invoke(options) ?? options, _bus, (partition, _) => _stores[partition.Lane].Open(), lifetimes, purged: purged);
        _hosts.Add(host);
        return host;
    }
}
