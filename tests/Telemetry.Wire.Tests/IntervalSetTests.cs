using FsCheck;
using FsCheck.Fluent;

namespace Telemetry.Wire.Tests;

public class IntervalSetTests
{
    private const int Universe = 64;

    [Fact]
    public void BehavesAsASetOfNumbers() => Prop.ForAll<(byte, byte)[]>(ranges =>
    {
        var set = new IntervalSet();
        var model = new bool[Universe];
        foreach (var (a, b) in ranges ?? [])
        {
            var (first, end) = ((ulong)(a % Universe), (ulong)(b % Universe));
            set.Add(first, end);
            for (var i = first; i < end; i++)
            {
                model[i] = true;
            }
        }

        return Agrees(set, model);
    }).QuickCheckThrowOnFailure();

    [Fact]
    public void NeighboursBecomeOne()
    {
        var set = new IntervalSet();
        set.Add(0, 5);
        set.Add(10, 15);
        set.Add(5, 10);
        Assert.Equal([new Interval(0, 15)], set.Intervals);
    }

    private static bool Agrees(IntervalSet set, bool[] model)
    {
        for (ulong first = 0; first < Universe; first++)
        {
            for (var end = first + 1; end <= Universe; end++)
            {
                var slice = model[(int)first..(int)end];
                if (set.Contains(first, end) != slice.All(x => x) || set.Overlaps(first, end) != slice.Any(x => x))
                {
                    return false;
                }
            }
        }

        var missing = set.Missing(Universe).Aggregate(0ul, (sum, gap) => sum + gap.Count);
        return set.Count == (ulong)model.Count(x => x) && missing == Universe - set.Count;
    }
}
