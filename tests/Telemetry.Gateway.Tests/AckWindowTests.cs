using FsCheck;
using FsCheck.Fluent;
using Telemetry.Gateway.Ship;
using Telemetry.Protos.V1;

namespace Telemetry.Gateway.Tests;

public class AckWindowTests
{
    [Fact]
    public void AnswersAreInTheOrderOfTheCallWhateverTheBusDoes() => Check.One(Config.QuickThrowOnFailure.WithMaxTest(500),
        Prop.ForAll(ArbMap.Default.ArbFor<int[]>(), seeds => Drive(new Random(seeds.Aggregate(17, HashCode.Combine)), seeds.Length + 1)));

    [Fact]
    public void WindowIsFullByCountOrByBytes()
    {
        var window = new AckWindow(maxBatches: 2, maxBytes: 100);
        window.Open(10);
        Assert.True(window.HasRoom);
        window.Open(10);
        Assert.False(window.HasRoom);
        window.Durable(1);
        Assert.False(window.HasRoom);
        Assert.True(window.TryTake(out _));
        Assert.True(window.HasRoom);

        window.Open(95);
        window.Durable(2);
        window.TryTake(out _);
        Assert.True(window.HasRoom);
        window.Open(5);
        Assert.False(window.HasRoom);
    }

    private static void Drive(Random random, int batches)
    {
        var window = new AckWindow(batches, long.MaxValue);
        var rejected = new HashSet<ulong>();
        var never = (ulong)random.Next(1, 2 * batches);
        var order = Enumerable.Range(1, batches).Select(_ => window.Open(1)).OrderBy(_ => random.Next()).ToArray();
        ulong through = 0, told = 0;
        foreach (var number in order.Where(n => n != never))
        {
            if (random.Next(3) == 0)
            {
                rejected.Add(number);
                window.Reject(number, new(RejectReason.Size, "x"));
            }
            else
            {
                window.Durable(number);
            }

            while (random.Next(2) == 0 && window.TryTake(out var answer))
            {
                Expect(answer, rejected, ref through, ref told);
            }
        }

        while (window.TryTake(out var answer))
        {
            Expect(answer, rejected, ref through, ref told);
        }

        Assert.Equal(Math.Min(never - 1, (ulong)batches), through);
        Assert.Equal(rejected.Count(n => n <= through), (int)told);
    }

    private static void Expect(ShipAnswer answer, HashSet<ulong> rejected, ref ulong through, ref ulong told)
    {
        if (answer.Rejection is not null)
        {
            Assert.Contains(answer.Number, rejected);
            Assert.Equal(through + 1, answer.Number);
            told++;
            return;
        }

        Assert.True(answer.Number > through);
        through = answer.Number;
    }
}
