using Telemetry.Autopsy;
using Telemetry.Store.Sqlite.State;
using Telemetry.Wire;

namespace Telemetry.Store.State.Tests;

public sealed class SqliteLaneStateTests : IDisposable
{
    private static readonly LifetimeId Lifetime = LifetimeId.From("i-1", "b-1");
    private static readonly StreamEpoch Key = new(Lifetime, new StreamId(ulong.MaxValue), new Epoch(1ul << 63));
    private readonly TemporaryDirectory _directory = new();

    [Fact]
    public void WhatIsCommittedComesBackAndTheRestDoesNot()
    {
        using (var state = Open())
        {
            Add(state, Key, Run(0, 10), 5, 100);
            Add(state, Key, Run(20, 10), 6, 100);
            var facts = state.Lifetime(Lifetime);
            facts.Heard(50, 100);
            facts.Identity = new ServerIdentity { InstanceId = "i-1", HostName = "web" };
            facts.Seal = new EndingFact(60, true, "shutdown");
            facts.Vitals["load1"] = new VitalFact(0.5, 7);
            facts.Workload("w").Name = "api";
            facts.AddRun(long.MinValue);
            state.Stream(Key).AddLost(10, 5);
            state.Stream(Key).Name = "/var/log/x";
            state.AddLoss(Lifetime, new LifetimeLoss(Key.Stream, Key.Epoch, 10, 5, 0, "spool_full", "", 9));
            state.Save(state.Take(42, 100));
            Add(state, Key, Run(40, 1), 7, 100);
        }

        using (var state = Open())
        {
            Assert.Equal(42, state.Position);
            Assert.Equal(100, state.AppliedBusUnixUs);
            Assert.Equal([new Interval(0, 10), new Interval(20, 30)], state.Received(Key).Intervals.Intervals);
            Assert.True(Knows(state, Run(20, 10), 6));
            Assert.False(Knows(state, Run(20, 10), 5));
            Assert.False(Knows(state, Run(20, 9), 6));
            Assert.False(Knows(state, Run(40, 1), 7));
            var facts = state.Peek(Lifetime);
            Assert.Equal("web", facts.Identity!.HostName);
            Assert.Equal(new EndingFact(60, true, "shutdown"), facts.Seal);
            Assert.Equal(new VitalFact(0.5, 7), facts.Vitals["load1"]);
            Assert.Equal("api", facts.Workloads["w"].Name);
            Assert.Equal(1, facts.AgentRuns);
            Assert.Equal("/var/log/x", state.Stream(Key).Name);
            Assert.Equal(15ul, state.Stream(Key).NextSeq);
            Assert.Equal([new Interval(10, 15)], state.Stream(Key).Lost.Intervals);
        }
    }

    [Fact]
    public void SecondOwnerIsRefused()
    {
        using var state = Open();
        Assert.ThrowsAny<IOException>(Open);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(4096)]
    public void DamagedFileIsSetAside(int at)
    {
        using (var state = Open())
        {
            for (ulong i = 0; i < 500; i++)
            {
                Add(state, Key with { Stream = new StreamId(i) }, Run(0, 10), 5, 100);
            }

            state.Save(state.Take(42, 100));
        }

        var bytes = File.ReadAllBytes(_directory["state.db"]);
        Array.Fill(bytes, (byte)'x', at, 3000);
        File.WriteAllBytes(_directory["state.db"], bytes);
        using (var state = Open())
        {
            Assert.Equal(0, state.Position);
            Assert.NotNull(state.SetAside);
            Assert.Equal(bytes, File.ReadAllBytes(state.SetAside!));
            Assert.Contains("state.db.damaged-20260102T030405Z", state.SetAside, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void FileOfAnotherLaneIsSetAside()
    {
        Open().Dispose();
        using var state = SqliteLaneState.Open(_directory["state.db"], Lane.Critical, new FakeTime());
        Assert.NotNull(state.SetAside);
    }

    [Fact]
    public void DigestsPerStreamAreBounded()
    {
        using var state = Open();
        for (var i = 0; i < 4000; i++)
        {
            Add(state, Key, Run((ulong)i, 1), (ulong)i, i);
            if (i % 50 == 0)
            {
                state.Save(state.Take(i, i));
            }
        }

        state.Save(state.Take(4000, 4000));
        Assert.True(Knows(state, Run(3999, 1), 3999));
        Assert.True(Knows(state, Run(3000, 1), 3000));
        Assert.False(Knows(state, Run(100, 1), 100));
        Assert.Equal(4000ul, state.Received(Key).Intervals.Count);
    }

    [Fact]
    public void OldLifetimesAreForgottenWithAllThatIsTheirs()
    {
        var young = LifetimeId.From("i-1", "b-2");
        using (var state = Open())
        {
            state.Lifetime(Lifetime).Heard(100, 100);
            state.Lifetime(young).Heard(1000, 1000);
            Add(state, Key, Run(0, 1), 1, 100);
            state.Stream(Key).Name = "x";
            state.AddLoss(Lifetime, new LifetimeLoss(Key.Stream, Key.Epoch, 0, 1, 0, "x", "", 9));
            state.Save(state.Take(1, 1000));
            Assert.Equal(1, state.Retain(500, 500));
            Assert.Equal(0ul, state.Received(Key).Intervals.Count);
            Assert.Equal("", state.Stream(Key).Name);
            Assert.Equal(1000, state.Peek(young).LastMintedUnixUs);
        }
    }

    [Fact]
    public void HeldLifetimesAreKeptWithAllThatIsTheirs()
    {
        var other = LifetimeId.From("i-1", "b-2");
        using var state = Open();
        state.Lifetime(Lifetime).Heard(100, 100);
        state.Lifetime(other).Heard(100, 100);
        Add(state, Key, Run(0, 1), 1, 100);
        state.AddCrash(Crash(Lifetime, "doc-1"));
        state.AddLoss(Lifetime, new LifetimeLoss(Key.Stream, Key.Epoch, 0, 1, 0, "x", "", 9));
        state.Save(state.Take(1, 1000));

        Assert.Equal(1, state.Retain(500, 500, [Lifetime]));

        Assert.Equal(1ul, state.Received(Key).Intervals.Count);
        Assert.Equal(100, state.Peek(Lifetime).LastMintedUnixUs);
        Assert.Equal(0, state.Peek(other).LastMintedUnixUs);
        using (var reader = StateReaderOf("state.db"))
        {
            Assert.Single(reader.Losses(Lifetime));
        }

        Assert.Equal(1, state.Retain(500, 500));
    }

    [Fact]
    public void NothingIsLeftOfACrashWhoseDocumentIsPurged()
    {
        const string secret = "q7Zx9Kp2Vw5Tn8Rb3Lm6Hd1Jf4Gs0Yc";
        using var state = Open();
        state.Lifetime(Lifetime).Heard(100, 100);
        state.AddCrash(Crash(Lifetime, "doc-1") with { ErrorMessage = secret });
        state.AddCrash(Crash(Lifetime, "doc-2"));
        state.Save(state.Take(1, 1000));

        Assert.Equal(1, state.ForgetCrashes(new HashSet<string> { "doc-1", "doc-3" }));

        Assert.DoesNotContain(
            Directory.GetFiles(_directory.Path, "state.db").Concat(Directory.GetFiles(_directory.Path, "state.db-wal")),
            file => File.ReadAllText(file, System.Text.Encoding.Latin1).Contains(secret));
        Assert.Contains(state.Take(2, 1000).Rows, row => row.Value is null);
    }

    [Fact]
    public void LossesOfALifetimeAreBounded()
    {
        using var state = Open();
        state.Lifetime(Lifetime).Heard(100, 100);
        for (var i = 0; i < 1500; i++)
        {
            state.AddLoss(Lifetime, new LifetimeLoss(Key.Stream, Key.Epoch, (ulong)i, 1, 0, "x", "", i));
        }

        state.Save(state.Take(1, 1));
        using var reader = StateReaderOf("state.db");
        Assert.Equal(1000, reader.Losses(Lifetime).Count);
        Assert.Equal(1499ul, reader.Losses(Lifetime)[^1].FirstSeq);
    }

    public void Dispose() => _directory.Dispose();

    private StateReader StateReaderOf(string name) => StateReader.Open(_directory[name])!;

    private static Run Run(ulong first, uint count) => new(Key.Stream, Key.Epoch, first, count, 50);

    private static void Add(SqliteLaneState state, StreamEpoch key, Run run, ulong digest, long busUnixUs) =>
        state.AddRun(key, run, new ReceivedRun(run.Count, digest, busUnixUs, 1));

    private static bool Knows(SqliteLaneState state, Run run, ulong digest) =>
        state.TryFindRun(Key, run.FirstSeq, out var found) && (found.Count, found.Digest) == (run.Count, digest);

    private static LifetimeCrash Crash(LifetimeId lifetime, string document) => new(
        lifetime, document, document, 100, "signal", "SIGSEGV", "", "/bin/x", null, "SIGSEGV", "", "", 1, "i-1", "h");

    private SqliteLaneState Open() => SqliteLaneState.Open(_directory["state.db"], Lane.Bulk, new FakeTime());
}
