using System.Text.Json;
using Telemetry.Autopsy;
using Telemetry.Store.Elasticsearch;
using Telemetry.Store.Elasticsearch.Care;
using Telemetry.Store.Elasticsearch.Lifetimes;
using Telemetry.Store.Tests.Contract;
using Telemetry.Store.Tests.Documents;
using Telemetry.Wire;

namespace Telemetry.Store.Tests.Elasticsearch;

[Trait("Category", "heavy")]
public sealed class ElasticLifetimeTests(SharedElasticsearch shared) : IAsyncLifetime
{
    private const long Second = 1_000_000;
    private const long Start = Some.TimeUnixUs;
    private ElasticContractStore _store = null!;

    private ElasticLifetimeReader Reader => new(_store.Client);

    private ElasticLifetimeWriter Writer => new(_store.Client);

    public async ValueTask InitializeAsync() => _store = await ElasticContractStore.CreateAsync(shared);

    public async ValueTask DisposeAsync()
    {
        if (_store is not null)
        {
            await _store.DisposeAsync();
        }
    }

    [Fact]
    public async Task WithoutAnIndexThereAreNone()
    {
        Assert.Empty(await Reader.ListAsync(null, null, 10, default));
        Assert.Null(await Reader.GetAsync(LifetimeId.From("i", "b"), default));
        Assert.Empty(await Reader.CrashesAsync(null, null, 10, default));
    }

    [Fact]
    public async Task ALifetimeComesBackAsItWouldBeComposedFromItsEvidence()
    {
        var evidence = Everything();
        await Write(new LifetimeSnapshot(evidence, Start + 60 * Second));
        var expected = LifetimeComposer.Compose(evidence, Start + 60 * Second, 15 * Second);
        Assert.Equal(Text(expected), Text((await Reader.GetAsync(evidence.Id, default))!));
        Assert.Equal(Text(expected), Text(Assert.Single(await Reader.ListAsync(null, null, 10, default))));
        Assert.NotEmpty(expected.Crashes);
        Assert.NotEmpty(expected.Losses);
        Assert.Contains(expected.Streams, stream => stream.Missing > 0 && stream.Lost > 0);
    }

    [Fact]
    public async Task LifetimesAreListedNewestFirstWithinTheRange()
    {
        LifetimeId[] ids = [.. Enumerable.Range(0, 3).Select(i => LifetimeId.From("i", $"{i}"))];
        await Write([.. ids.Select((id, i) => Heard(id, Start + i * 100 * Second, Start + i * 100 * Second + 50 * Second))]);
        Assert.Equal([ids[2], ids[1], ids[0]], (await Reader.ListAsync(null, null, 10, default)).Select(l => l.Id));
        Assert.Equal([ids[2], ids[1]], (await Reader.ListAsync(null, null, 2, default)).Select(l => l.Id));
        Assert.Equal([ids[0]], (await Reader.ListAsync(0, Start + 90 * Second, 10, default)).Select(l => l.Id));
        Assert.Equal([ids[0]], (await Reader.ListAsync(Start + 20 * Second, Start + 60 * Second, 10, default)).Select(l => l.Id));
        Assert.Equal([ids[2]], (await Reader.ListAsync(Start + 160 * Second, null, 10, default)).Select(l => l.Id));
        Assert.Equal([ids[1], ids[0]], (await Reader.ListAsync(null, Start + 200 * Second, 10, default)).Select(l => l.Id));
    }

    [Fact]
    public async Task OldLifetimesAreDeletedExceptHeldOnes()
    {
        var retention = new ElasticLifetimeRetention(_store.Client);
        Assert.Equal(0, await retention.ApplyAsync(At(0), new HashSet<LifetimeId>(), default));
        LifetimeId[] ids = [.. Enumerable.Range(0, 3).Select(i => LifetimeId.From("i", $"{i}"))];
        await Write([.. ids.Select((id, i) => Heard(id, Start, Start + (i * 100 * Second)))]);
        Assert.Equal(1, await retention.ApplyAsync(At(150), new HashSet<LifetimeId> { ids[0] }, default));
        Assert.Equal([ids[2], ids[0]], (await Reader.ListAsync(null, null, 10, default)).Select(l => l.Id).OrderByDescending(id => id == ids[2]));
        Assert.Equal(1, await retention.ApplyAsync(At(150), new HashSet<LifetimeId>(), default));
        Assert.Equal([ids[2]], (await Reader.ListAsync(null, null, 10, default)).Select(l => l.Id));
    }

    [Fact]
    public async Task MoreOldLifetimesThanARequestTakesAreDeleted()
    {
        await Write([.. Enumerable.Range(0, 2100).Select(i => Heard(LifetimeId.From("i", $"{i}"), Start, Start + Second))]);
        Assert.Equal(2100, await new ElasticLifetimeRetention(_store.Client).ApplyAsync(At(2), new HashSet<LifetimeId>(), default));
        Assert.Empty(await Reader.ListAsync(null, null, 10, default));
    }

    [Fact]
    public async Task BootsOfAnInstanceFollowEachOtherWhoeverWroteThem()
    {
        // Each written by one who knows of no other, and one whose writer knows a boot that is not the nearest.
        LifetimeId[] ids = [.. Enumerable.Range(0, 4).Select(i => LifetimeId.From("i", $"{i}"))];
        var other = LifetimeId.From("another", "1");
        var late = Heard(ids[3], Start + 300 * Second, Start + 310 * Second);
        await Write(
            [
                Heard(ids[1], Start + 100 * Second, Start + 150 * Second), Heard(ids[0], Start, Start + 50 * Second),
                late with { Evidence = late.Evidence with { Predecessor = ids[0] } },
                Heard(ids[2], Start + 200 * Second, Start + 250 * Second), Heard(other, Start + 120 * Second, Start + 130 * Second, "another"),
            ]);

        (LifetimeId?, LifetimeId?, LifetimeState)[] expected =
        [
            (null, ids[1], LifetimeState.Replaced), (ids[0], ids[2], LifetimeState.Replaced),
            (ids[1], ids[3], LifetimeState.Replaced), (ids[2], null, LifetimeState.Silent),
        ];
        var listed = (await Reader.ListAsync(null, null, 10, default)).ToDictionary(lifetime => lifetime.Id);
        foreach (var (id, neighbours) in ids.Zip(expected))
        {
            foreach (var found in new[] { listed[id], (await Reader.GetAsync(id, default))! })
            {
                Assert.Equal(neighbours, (found.Predecessor, found.Successor, found.State));
            }
        }

        Assert.Equal((null, null), (listed[other].Predecessor, listed[other].Successor));

        // Neighbours beyond the page and the range are known too.
        Assert.Equal(ids[1], Assert.Single(await Reader.ListAsync(Start + 190 * Second, Start + 260 * Second, 10, default)).Predecessor);
    }

    [Fact]
    public async Task WhatStartedAtOneTimeIsOrderedByIdAsInTheOtherStore()
    {
        LifetimeId[] ids = [.. Enumerable.Range(0, 3).Select(i => LifetimeId.From("i", $"{i}")).Order()];
        await Write([.. ids.Select(id => Heard(id, Start, Start + Second))]);

        var middle = (await Reader.GetAsync(ids[1], default))!;

        Assert.Equal((ids[0], ids[2]), (middle.Predecessor, middle.Successor));
    }

    [Fact]
    public async Task WhatWasRefusedAndStoredLaterIsNoLoss()
    {
        Document[] documents = [.. Enumerable.Range(0, 8).Select(i => Identified.Document((ulong)i, $"line {i}"))];
        var id = Some.Lifetime;
        var facts = new StreamFacts { Name = "/var/log/a", Lane = Lane.Bulk, NextSeq = 8 };
        Array.ForEach([2UL, 3UL, 5UL], facts.AddRefused);
        var received = new ReceivedStream { FirstMintedUnixUs = Start, LastMintedUnixUs = Start + 1, LastBusUnixUs = Start + 2 };
        received.Intervals.Add(0, 8);
        var key = new StreamEpoch(id, Some.Stream, Some.Epoch);
        await Write(new LifetimeSnapshot(
            Heard(id, Start, Start + Second).Evidence with
            {
                Streams = [KeyValuePair.Create(key, facts)],
                Received = [(key, Lane.Bulk, received)],
                Losses = [Refusal(2, 2), Refusal(5, 1), new LifetimeLoss(Some.Stream, Some.Epoch, 0, 1, 0, "purged", "", Start)],
            },
            Start + 60 * Second));
        Assert.Equal((5UL, 3UL, 3), await AccountAsync());

        // Tried again: one comes back, one twice, and one that was never refused.
        var retry = new DocumentRetry(_store.Client);
        foreach (var (seq, outcome) in new[] { (3, RetriedDocument.Stored), (3, RetriedDocument.WasThere), (7, RetriedDocument.Stored) })
        {
            Assert.Equal((outcome, ""), await retry.CreateAsync(documents[seq].Id, SourceOf(documents[seq]), default));
        }

        Assert.Equal((6UL, 2UL, 3), await AccountAsync());
        Assert.Equal(RetriedDocument.Stored, (await retry.CreateAsync(documents[5].Id, SourceOf(documents[5]), default)).Outcome);
        Assert.Equal((7UL, 1UL, 2), await AccountAsync());
        var losses = (await Reader.GetAsync(id, default))!.Losses;
        Assert.Equal(["store_refused 1", "purged 1"], losses.Select(loss => $"{loss.Reason} {loss.Count}"));

        // What is purged afterwards is gone.
        var purge = new ElasticPurge(_store.Client);
        await purge.DeleteAsync(await purge.FindAsync(new(Some.Query("event.sequence : 3"), null, null, Start), default), default);
        await _store.SendAsync(HttpMethod.Post, $"/telemetry-retried-{_store.Client.Options.Namespace}/_refresh");
        Assert.Equal((6UL, 2UL, 2), await AccountAsync());

        LifetimeLoss Refusal(ulong first, ulong count) => new(Some.Stream, Some.Epoch, first, count, 0, "store_refused", "400", Start);

        async Task<(ulong Stored, ulong Lost, int Losses)> AccountAsync()
        {
            var one = (await Reader.GetAsync(id, default))!;
            var listed = Assert.Single(await Reader.ListAsync(null, null, 10, default));
            Assert.Equal(Text(one), Text(listed));
            var stream = Assert.Single(one.Streams);
            return (stream.Stored, stream.Lost, one.Losses.Count);
        }
    }

    [Fact]
    public async Task WhatWasPurgedIsInTheAccountWhetherItsIndexerHasNotedItOrNot()
    {
        var evidence = Everything();
        await Write(new LifetimeSnapshot(evidence, Start + 60 * Second));
        var before = (await Reader.GetAsync(evidence.Id, default))!;
        var crash = before.Crashes[0];
        var stream = before.Streams.First(s => s.Stored > 0);
        var range = evidence.Received.First(r => r.Key.Stream == stream.Id && r.Key.Epoch == stream.Epoch).Received.Intervals.Intervals[0];
        var note = new PurgeNote(
            new StreamEpoch(evidence.Id, stream.Id, stream.Epoch), [new Interval(range.First, range.First + 1)], [crash.DocumentId], "Purged on demand.", Start);

        await new ElasticPurgeNotes(_store.Client).KeepAsync([note], default);

        foreach (var after in new[] { (await Reader.GetAsync(evidence.Id, default))!, Assert.Single(await Reader.ListAsync(null, null, 10, default)) })
        {
            var purged = after.Streams.Single(s => s.Id == stream.Id && s.Epoch == stream.Epoch);
            Assert.Equal((stream.Stored - 1, stream.Lost + 1, stream.Missing), (purged.Stored, purged.Lost, purged.Missing));
            Assert.Equal((range.First, 1ul), after.Losses.Where(l => l.Detail == "Purged on demand.").Select(l => (l.FirstSeq, l.Count)).Single());
            Assert.DoesNotContain(after.Crashes, c => c.DocumentId == crash.DocumentId);
        }

        Assert.DoesNotContain(await Reader.CrashesAsync(null, null, 10, default), c => c.DocumentId == crash.DocumentId);
    }

    [Fact]
    public async Task MoreThanOnePieceIsListed()
    {
        await Write([.. Enumerable.Range(0, 250).Select(i => Heard(LifetimeId.From("i", $"{i}"), Start + i / 3, Start + i))]);
        var all = await Reader.ListAsync(null, null, 1000, default);
        Assert.Equal(250, all.Select(lifetime => lifetime.Id).Distinct().Count());
        Assert.Equal(all.OrderByDescending(l => l.StartUnixUs).ThenBy(l => l.Id).Select(l => l.Id), all.Select(l => l.Id));
    }

    [Fact]
    public async Task AnOlderSnapshotDoesNotReplaceANewerOne()
    {
        var id = LifetimeId.From("i", "1");
        await Write(Heard(id, Start, Start + 20 * Second));
        await Write(Heard(id, Start, Start + 10 * Second));
        Assert.Equal(Start + 20 * Second, (await Reader.GetAsync(id, default))!.LastProofOfLifeUnixUs);
        await Write(Heard(id, Start, Start + 20 * Second));
        await Write(Heard(id, Start, Start + 30 * Second));
        Assert.Equal(Start + 30 * Second, (await Reader.GetAsync(id, default))!.LastProofOfLifeUnixUs);
    }

    [Fact]
    public async Task CrashesAreListedNewestFirstWithinTheRange()
    {
        List<LifetimeCrash> crashes = [];
        List<LifetimeSnapshot> snapshots = [];
        var random = new Random(1);
        for (var i = 0; i < 120; i++)
        {
            var id = LifetimeId.From("i", $"{i}");
            List<LifetimeCrash> own = [.. Enumerable.Range(0, random.Next(4)).Select(c => Crash(id, $"c{i}-{c}", Start + random.Next(1000) * Second + i * 4 + c))];
            crashes.AddRange(own);
            snapshots.Add(new LifetimeSnapshot(Heard(id, Start, Start + 1000 * Second).Evidence with { Crashes = own }, Start));
        }

        await Write([.. snapshots]);
        foreach (var (since, until, limit) in ((long?, long?, int)[])[(null, null, 1000), (null, null, 7), (Start + 100 * Second, Start + 500 * Second, 20), (null, Start + 10 * Second, 100), (Start + 999 * Second, null, 5), (null, null, 0)])
        {
            var expected = crashes.Where(crash => crash.AtUnixUs >= (since ?? 0) && crash.AtUnixUs < (until ?? long.MaxValue))
                .OrderByDescending(crash => crash.AtUnixUs).Take(limit);
            Assert.Equal(expected.Select(crash => crash.Id), (await Reader.CrashesAsync(since, until, limit, default)).Select(crash => crash.Id));
        }
    }

    [Fact]
    public async Task WhatWasAliveAtATimeIsOneRange()
    {
        await Write(Heard(LifetimeId.From("i", "1"), Start, Start + 50 * Second), Heard(LifetimeId.From("i", "2"), Start + 100 * Second, Start + 150 * Second));
        using var found = await _store.SendAsync(HttpMethod.Post, $"/telemetry-lifetimes-{_store.Client.Options.Namespace}/_search", new()
        {
            ["query"] = new System.Text.Json.Nodes.JsonObject
            {
                ["range"] = new System.Text.Json.Nodes.JsonObject
                {
                    ["lifetime.alive_range"] = new System.Text.Json.Nodes.JsonObject
                    {
                        ["gte"] = Rfc3339.Format(Start + 120 * Second), ["lte"] = Rfc3339.Format(Start + 120 * Second), ["relation"] = "intersects",
                    },
                },
            },
        });
        var hit = Assert.Single(found.RootElement.GetProperty("hits").GetProperty("hits").EnumerateArray());
        Assert.Equal(LifetimeId.From("i", "2").ToString(), hit.GetProperty("_id").GetString());
    }

    private static LifetimeSnapshot Heard(LifetimeId id, long first, long last, string instance = "i")
    {
        var facts = new LifetimeFacts { Identity = new ServerIdentity { InstanceId = instance } };
        facts.Heard(first, first);
        facts.Heard(last, last);
        // Known until long after: it is silent, and has ended.
        return new LifetimeSnapshot(new LifetimeEvidence(id) { Critical = facts }, last + 60 * Second);
    }

    private static LifetimeEvidence Everything()
    {
        var id = LifetimeId.From("i", "1");
        var key = new StreamEpoch(id, Some.Stream, Some.Epoch);
        var facts = Heard(id, Start, Start + 50 * Second).Evidence.Critical!;
        facts.Identity = new ServerIdentity { InstanceId = "i", BootId = "b", HostName = "höst", Role = "web", Zone = "z", Image = "img" };
        facts.Stop = new EndingFact(Start, false, "upgrade");
        facts.Vitals["memory_available_bytes"] = new VitalFact(1.5, Start + 1);
        facts.AddRun(7);
        var workload = facts.Workload("w");
        (workload.Name, workload.StartedUnixUs) = ("shop", Start);
        var stream = new StreamFacts { Name = "/var/log/a", Kind = "file", Lane = Lane.Bulk, NextSeq = 100 };
        stream.AddLost(40, 5);
        var received = new ReceivedStream { FirstMintedUnixUs = Start, LastMintedUnixUs = Start + 1, LastBusUnixUs = Start + 2 };
        received.Intervals.Add(0, 40);
        received.Intervals.Add(50, ulong.MaxValue);
        return new LifetimeEvidence(id)
        {
            Critical = facts,
            Bulk = Heard(id, Start - 5, Start + 40 * Second).Evidence.Critical,
            Streams = [KeyValuePair.Create(key, stream)],
            Received = [(key, Lane.Bulk, received)],
            Crashes = [Crash(id, "c", Start + 3), Crash(id, "d", Start + 1)],
            Losses = [new LifetimeLoss(Some.Stream, Some.Epoch, 40, 5, 100, "disk_full", "…", Start + 4)],
            Predecessor = LifetimeId.From("i", "0"),
        };
    }

    private static LifetimeCrash Crash(LifetimeId lifetime, string id, long at) =>
        new(lifetime, id, "doc", at, "signal", "SIGSEGV in x", "w", "/bin/x", null, "SIGSEGV", "", "", 12, "i", "h") { WorkloadName = "shop" };

    // As a letter keeps it: with objects, or with dotted names as former versions sent them.
    private static byte[] SourceOf(Document document)
    {
        var values = new Dictionary<string, object>
        {
            ["@timestamp"] = Rfc3339.Format(document.MintedUnixUs),
            [Fields.LifetimeIdField.Name] = document.Record.Lifetime.ToString(),
            [Fields.EventSequence.Name] = (long)document.Record.Seq,
        };
        if (document.Record.Seq % 2 == 0)
        {
            values[Fields.TelemetryStream.Name] = document.Record.Stream.ToString();
            values[Fields.TelemetryEpoch.Name] = document.Record.Epoch.ToString();
        }
        else
        {
            values["telemetry"] = new { stream = new { id = document.Record.Stream.ToString() }, epoch = document.Record.Epoch.ToString() };
        }

        return JsonSerializer.SerializeToUtf8Bytes(values);
    }

    private static string Text(Lifetime lifetime) => JsonSerializer.Serialize(lifetime);

    private static DateTimeOffset At(int seconds) => DateTimeOffset.UnixEpoch.AddTicks((Start + (seconds * Second)) * TimeSpan.TicksPerMicrosecond);

    private async Task Write(params LifetimeSnapshot[] snapshots)
    {
        await Writer.WriteAsync(snapshots, default);
        await _store.SendAsync(HttpMethod.Post, $"/telemetry-lifetimes-{_store.Client.Options.Namespace}/_refresh");
    }
}
