using Telemetry.Wire;

namespace Telemetry.Autopsy.Tests;

public sealed class PurgedSinceTests
{
    private static readonly StreamEpoch Stream = new(LifetimeId.From("i", "b"), new StreamId(1), new Epoch(2));

    [Fact]
    public void WhatIsNewToAnAccountIsWhatItDoesNotWithholdYet()
    {
        var random = new Random(7);
        for (var round = 0; round < 500; round++)
        {
            var (purged, withheld) = (SomeSet(random), SomeSet(random));
            purged.Add(70, 71);

            var news = Note(purged).NewTo(withheld);

            Assert.Equal(
                Enumerable.Range(0, 80).Where(n => Has(purged, n) && !Has(withheld, n)),
                Enumerable.Range(0, 80).Where(n => Has(news, n)));
        }
    }

    [Fact]
    public void APurgeThatTheAccountDoesNotKnowIsALossAndItsCrashesAreGone()
    {
        var purged = Set((2, 4), (6, 7));
        var corrected = PurgedSince.Correct(Evidence(new StreamFacts()), [Note(purged, "crash-1")]);

        var lifetime = LifetimeComposer.Compose(corrected, 10, 15);
        var stream = Assert.Single(lifetime.Streams);
        Assert.Equal((7ul, 3ul, 0ul), (stream.Stored, stream.Lost, stream.Missing));
        var loss = Assert.Single(lifetime.Losses);
        Assert.Equal(("purged", 2ul, 3ul, "Purged on demand."), (loss.Reason, loss.FirstSeq, loss.Count, loss.Detail));
        Assert.Equal("crash-2", Assert.Single(lifetime.Crashes).DocumentId);
    }

    [Fact]
    public void APurgeThatIsInTheAccountIsNoSecondLoss()
    {
        var facts = new StreamFacts();
        facts.AddRefused(Set((2, 4)));
        var evidence = Evidence(facts);

        var corrected = PurgedSince.Correct(evidence, [Note(Set((2, 4))), Note(Set((3, 5))), Note(Set((3, 5)))]);

        Assert.Equal((4ul, 1ul), (Assert.Single(corrected.Losses).FirstSeq, corrected.Losses[0].Count));
        Assert.Equal((7ul, 3ul), (LifetimeComposer.Compose(corrected, 10, 15).Streams[0].Stored, LifetimeComposer.Compose(corrected, 10, 15).Streams[0].Lost));
    }

    private static LifetimeEvidence Evidence(StreamFacts facts)
    {
        var received = new ReceivedStream();
        received.Intervals.Add(0, 10);
        return new LifetimeEvidence(Stream.Lifetime)
        {
            Streams = [KeyValuePair.Create(Stream, facts)],
            Received = [(Stream, Lane.Bulk, received)],
            Crashes = [.. new[] { "crash-1", "crash-2" }.Select(id => new LifetimeCrash(
                Stream.Lifetime, id, id, 1, "signal", "SIGSEGV", "", "api", null, "SIGSEGV", "", "", 0, "i", "h"))],
        };
    }

    private static PurgeNote Note(IntervalSet records, params string[] crashes) =>
        new(Stream, records.Intervals, crashes, "Purged on demand.", 5);

    private static IntervalSet Set(params (ulong First, ulong End)[] ranges)
    {
        var set = new IntervalSet();
        Array.ForEach(ranges, range => set.Add(range.First, range.End));
        return set;
    }

    private static IntervalSet SomeSet(Random random) =>
        Set([.. Enumerable.Range(0, random.Next(6)).Select(_ => (ulong)random.Next(60)).Select(first => (first, first + (ulong)random.Next(1, 12)))]);

    private static bool Has(IntervalSet set, int number) => set.Contains((ulong)number, (ulong)number + 1);
}
