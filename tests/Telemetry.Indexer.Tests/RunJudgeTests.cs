using Telemetry.Indexer.Loops;
using Telemetry.Store.Sqlite.State;
using Telemetry.Wire;

namespace Telemetry.Indexer.Tests;

public class RunJudgeTests
{
    /// <summary>The model keeps every number and the batch it came in; batches are random, resent, overlapping, out of order.</summary>
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    public void VerdictsAreThoseOfTheNaiveModel(int seed)
    {
        using var directory = new TemporaryDirectory();
        var state = SqliteLaneState.Open(directory["state.db"], Lane.Bulk, TimeProvider.System);
        try
        {
            var random = new Random(seed);
            var owner = new Dictionary<ulong, ulong>();
            var whole = new HashSet<(ulong First, uint Count, ulong Digest)>();
            var conflicts = new HashSet<ulong>();
            for (var i = 0; i < 600; i++)
            {
                var run = Some.Run((ulong)random.Next(300), random.Next(1, 12));
                var digest = ((ulong)random.Next(1, 4) * 1_000_000) + (run.FirstSeq * 100) + run.Count;
                var how = new ReceivedRun(run.Count, digest, Some.Minted, i);
                var seen = Numbers(run).Any(owner.ContainsKey);
                var expected = !seen ? RunVerdict.New
                    : whole.Contains((run.FirstSeq, run.Count, digest)) || conflicts.Contains(digest) ? RunVerdict.Resend
                    : RunVerdict.Conflict;
                var verdict = RunJudge.Judge(state, Some.Lifetime, run, how, out var epoch);
                Assert.Equal(expected, verdict);
                Assert.True(verdict == RunVerdict.Resend || (verdict == RunVerdict.Conflict) == (epoch != run.Epoch));
                Assert.Equal(verdict, RunJudge.Recall(state, Some.Lifetime, run, how, out var recalled));
                Assert.True(verdict == RunVerdict.Resend || epoch == recalled);
                if (verdict == RunVerdict.New)
                {
                    whole.Add((run.FirstSeq, run.Count, digest));
                    foreach (var n in Numbers(run))
                    {
                        owner[n] = digest;
                    }
                }
                else if (verdict == RunVerdict.Conflict)
                {
                    conflicts.Add(digest);
                }

                if (random.Next(20) == 0)
                {
                    state.Save(state.Take(i, Some.Minted));
                }

                if (random.Next(60) == 0)
                {
                    state.Save(state.Take(i, Some.Minted));
                    state.Dispose();
                    state = SqliteLaneState.Open(directory["state.db"], Lane.Bulk, TimeProvider.System);
                }
            }

            var received = state.Received(new StreamEpoch(Some.Lifetime, Some.File, Some.Epoch)).Intervals;
            Assert.Equal((ulong)owner.Count, received.Count);
        }
        finally
        {
            state.Dispose();
        }
    }

    private static IEnumerable<ulong> Numbers(Run run)
    {
        for (var n = run.FirstSeq; n < run.NextSeq; n++)
        {
            yield return n;
        }
    }
}
