using Telemetry.Protos.V1;
using Telemetry.Wire;
using Epoch = Telemetry.Wire.Epoch;
using Lane = Telemetry.Wire.Lane;
using Run = Telemetry.Wire.Run;

namespace Telemetry.Autopsy.Tests;

public class LifetimeComposerTests
{
    private const long Bound = 15_000_000;
    private static readonly LifetimeId Id = LifetimeId.From("i", "b");
    private static readonly StreamEpoch Key = new(Id, new StreamId(1), new Epoch(2));

    [Fact]
    public void AliveWhileHeardOfAndSilentAfterTheBound()
    {
        var evidence = Evidence(Heard(1000));
        Assert.Equal(LifetimeState.Alive, LifetimeComposer.Compose(evidence, 1000 + Bound, Bound).State);
        var silent = LifetimeComposer.Compose(evidence, 1001 + Bound, Bound);
        Assert.Equal(LifetimeState.Silent, silent.State);
        Assert.Equal(1000, silent.EndUnixUs);
    }

    [Fact]
    public void BulkRecordsAreProofOfLife()
    {
        var evidence = Evidence(Heard(1000)) with { Bulk = Heard(5000) };
        var lifetime = LifetimeComposer.Compose(evidence, 5000 + Bound, Bound);
        Assert.Equal(LifetimeState.Alive, lifetime.State);
        Assert.Equal(5000, lifetime.LastProofOfLifeUnixUs);
    }

    [Fact]
    public void ALossThatIsSaidTwiceIsOne()
    {
        var loss = new LifetimeLoss(Key.Stream, Key.Epoch, 7, 0, 100, "line_too_long", "of a.log", 1000);
        var evidence = Evidence(Heard(1000)) with { Losses = [loss, loss with { AtUnixUs = 2000 }, loss with { FirstSeq = 8 }] };
        Assert.Equal([7ul, 8ul], LifetimeComposer.Compose(evidence, 1000, Bound).Losses.Select(l => l.FirstSeq));
    }

    [Fact]
    public void FinalSealEndsALifetimeUntilALaterRecordVoidsIt()
    {
        var facts = Heard(1000);
        facts.Seal = new EndingFact(1000, true, "shutdown");
        var sealedLifetime = LifetimeComposer.Compose(Evidence(facts), 1000, Bound);
        Assert.Equal(LifetimeState.Sealed, sealedLifetime.State);
        Assert.Equal(1000, sealedLifetime.EndUnixUs);
        Assert.Equal("shutdown", sealedLifetime.EndReason);
        var voided = LifetimeComposer.Compose(Evidence(facts) with { Bulk = Heard(1001) }, 1001, Bound);
        Assert.Equal(LifetimeState.Alive, voided.State);
        Assert.False(voided.Sealed);
    }

    [Fact]
    public void ProvisionalSealDoesNotEndIt()
    {
        var facts = Heard(1000);
        facts.Seal = new EndingFact(1000, false, "shutdown");
        Assert.Equal(LifetimeState.Alive, LifetimeComposer.Compose(Evidence(facts), 1000, Bound).State);
    }

    [Fact]
    public void AgentStopIsNoDeathAndALaterRecordUndoesIt()
    {
        var facts = Heard(1000);
        facts.Stop = new EndingFact(1000, false, "signal TERM");
        var stopped = LifetimeComposer.Compose(Evidence(facts), 1000 + (10 * Bound), Bound);
        Assert.Equal(LifetimeState.AgentStopped, stopped.State);
        Assert.Null(stopped.EndUnixUs);
        facts.Heard(1001, 1001);
        Assert.Equal(LifetimeState.Alive, LifetimeComposer.Compose(Evidence(facts), 1001, Bound).State);
    }

    [Fact]
    public void LaterBootReplacesIt()
    {
        var evidence = Evidence(Heard(1000)) with { Successor = LifetimeId.From("i", "c") };
        var lifetime = LifetimeComposer.Compose(evidence, 1000, Bound);
        Assert.Equal(LifetimeState.Replaced, lifetime.State);
        Assert.Equal(1000, lifetime.EndUnixUs);
    }

    [Fact]
    public void WhatMayBeMissingBeginsAtTheLastHeartbeat()
    {
        var facts = Heard(1000);
        facts.Vitals["load1"] = new VitalFact(0.5, 700);
        facts.Vitals["uptime_seconds"] = new VitalFact(60, 900);
        Assert.Equal(new MissingTail(900), LifetimeComposer.Compose(Evidence(facts), 1000, Bound).MissingTail);
        Assert.Equal(new MissingTail(900), LifetimeComposer.Compose(Evidence(facts), 2000 + Bound, Bound).MissingTail);
        Assert.Equal(new MissingTail(1000), LifetimeComposer.Compose(Evidence(Heard(1000)), 1000, Bound).MissingTail);
    }

    [Fact]
    public void WhatMayBeMissingBeginsAtTheStopOfTheAgent()
    {
        var facts = Heard(1000);
        facts.Vitals["load1"] = new VitalFact(0.5, 700);
        facts.Stop = new EndingFact(1000, false, "signal TERM");
        Assert.Equal(new MissingTail(1000), LifetimeComposer.Compose(Evidence(facts), 1000, Bound).MissingTail);
        var replaced = Evidence(facts) with { Successor = LifetimeId.From("i", "c") };
        Assert.Equal(new MissingTail(1000), LifetimeComposer.Compose(replaced, 1000, Bound).MissingTail);
    }

    [Fact]
    public void NothingIsMissingAfterASeal()
    {
        var facts = Heard(1000);
        facts.Seal = new EndingFact(1000, true, "shutdown");
        Assert.Null(LifetimeComposer.Compose(Evidence(facts), 1000, Bound).MissingTail);
    }

    [Fact]
    public void ProducedIsStoredLostAndMissing()
    {
        var said = new StreamFacts { Name = "x", Kind = "file", Lane = Lane.Bulk };
        said.Reached(100);
        said.AddLost(40, 10);
        said.AddLost(0, 5);
        var received = new ReceivedStream();
        received.Add(new Run(Key.Stream, Key.Epoch, 0, 30, 1), 1);
        received.Add(new Run(Key.Stream, Key.Epoch, 60, 20, 1), 1);
        var stream = Assert.Single(LifetimeComposer.Compose(Evidence(Heard(1)) with
        {
            Streams = [KeyValuePair.Create(Key, said)], Received = [(Key, Lane.Bulk, received)],
        }, 1, Bound).Streams);
        Assert.Equal((100ul, 50ul, 10ul, 40ul), (stream.Produced, stream.Stored, stream.Lost, stream.Missing));
        Assert.Equal([new Interval(30, 40), new Interval(50, 60), new Interval(80, 100)], stream.MissingRanges);
    }

    [Fact]
    public void StoredIsProducedWhereNobodySaysMore()
    {
        var received = new ReceivedStream();
        received.Add(new Run(Key.Stream, Key.Epoch, 0, 30, 1), 1);
        var stream = Assert.Single(LifetimeComposer.Compose(Evidence(Heard(1)) with { Received = [(Key, Lane.Bulk, received)] }, 1, Bound).Streams);
        Assert.Equal((30ul, 30ul, 0ul, 0ul), (stream.Produced, stream.Stored, stream.Lost, stream.Missing));
    }

    [Theory]
    [InlineData(10, 20, 21, 30, 0)]
    [InlineData(10, 20, 20, 30, 0)]
    [InlineData(10, 25, 20, 30, 1)]
    public void TwoShippersWithOneIdentityAreAConflict(long first, long last, long otherFirst, long otherLast, long conflicts)
    {
        var other = Key with { Epoch = new Epoch(9) };
        var agent = new StreamFacts { Kind = "agent", Name = "agent" };
        var lifetime = LifetimeComposer.Compose(Evidence(Heard(30)) with
        {
            Streams = [KeyValuePair.Create(Key, agent), KeyValuePair.Create(other, agent)],
            Received = [(Key, Lane.Critical, Received(first, last)), (other, Lane.Critical, Received(otherFirst, otherLast))],
        }, 30, Bound);
        Assert.Equal(conflicts, lifetime.IdentityConflicts);
    }

    [Fact]
    public void WorkloadThatStartedAgainHasNotEnded()
    {
        var facts = Heard(1000);
        var workload = facts.Workload("w");
        (workload.StartedUnixUs, workload.EndedUnixUs, workload.ExitCode) = (100, 200, 3);
        Assert.Equal((200L, 3), (Single(facts).EndUnixUs!.Value, Single(facts).ExitCode!.Value));
        workload.StartedUnixUs = 300;
        Assert.Null(Single(facts).EndUnixUs);
    }

    private static LifetimeWorkload Single(LifetimeFacts facts) =>
        Assert.Single(LifetimeComposer.Compose(Evidence(facts), 1000, Bound).Workloads);

    private static ReceivedStream Received(long first, long last)
    {
        var received = new ReceivedStream();
        received.Add(new Run(Key.Stream, Key.Epoch, 0, 1, first), first);
        received.Add(new Run(Key.Stream, Key.Epoch, 1, 1, last), last);
        return received;
    }

    private static LifetimeFacts Heard(long at)
    {
        var facts = new LifetimeFacts();
        facts.Heard(at, at);
        return facts;
    }

    private static LifetimeEvidence Evidence(LifetimeFacts facts) => new(Id) { Critical = facts };
}
