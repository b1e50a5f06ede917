namespace Telemetry.Wire;

/// <summary>Half-open range of sequence numbers.</summary>
public readonly record struct Interval(ulong First, ulong End)
{
    /// <summary>Numbers in the range.</summary>
    public ulong Count => End - First;
}

/// <summary>
/// Sorted, disjoint, non-adjacent intervals. Not thread-safe. Adding at the end, the usual case, does not search.
/// </summary>
public sealed class IntervalSet
{
    private readonly List<Interval> _intervals = [];

    /// <summary>The intervals in ascending order.</summary>
    public IReadOnlyList<Interval> Intervals => _intervals;

    /// <summary>Numbers in the set.</summary>
    public ulong Count
    {
        get
        {
            ulong count = 0;
            foreach (var interval in _intervals)
            {
                count += interval.Count;
            }

            return count;
        }
    }

    /// <summary>Number after the largest one; 0 when empty.</summary>
    public ulong End => _intervals.Count == 0 ? 0 : _intervals[^1].End;

    /// <summary>Adds a range; overlaps and neighbours become one interval.</summary>
    public void Add(ulong first, ulong end)
    {
        if (end <= first)
        {
            return;
        }

        var i = FirstTouching(first);
        var j = i;
        while (j < _intervals.Count && _intervals[j].First <= end)
        {
            first = Math.Min(first, _intervals[j].First);
            end = Math.Max(end, _intervals[j].End);
            j++;
        }

        if (j == i)
        {
            _intervals.Insert(i, new Interval(first, end));
            return;
        }

        _intervals[i] = new Interval(first, end);
        _intervals.RemoveRange(i + 1, j - i - 1);
    }

    /// <summary>True when every number of the range is in the set.</summary>
    public bool Contains(ulong first, ulong end)
    {
        var i = FirstTouching(first);
        return end <= first || i < _intervals.Count && _intervals[i].First <= first && end <= _intervals[i].End;
    }

    /// <summary>True when some number of the range is in the set.</summary>
    public bool Overlaps(ulong first, ulong end)
    {
        var i = FirstTouching(first);
        if (i < _intervals.Count && _intervals[i].End == first)
        {
            i++;
        }

        return end > first && i < _intervals.Count && _intervals[i].First < end;
    }

    /// <summary>The ranges below <paramref name="end"/> that are not in the set, in ascending order.</summary>
    public IEnumerable<Interval> Missing(ulong end)
    {
        ulong at = 0;
        foreach (var interval in _intervals)
        {
            if (interval.First >= end)
            {
                break;
            }

            if (interval.First > at)
            {
                yield return new Interval(at, interval.First);
            }

            at = interval.End;
        }

        if (at < end)
        {
            yield return new Interval(at, end);
        }
    }

    private int FirstTouching(ulong first)
    {
        if (_intervals.Count == 0 || _intervals[^1].End < first)
        {
            return _intervals.Count;
        }

        int low = 0, high = _intervals.Count - 1;
        while (low < high)
        {
            var mid = (low + high) / 2;
            if (_intervals[mid].End < first)
            {
                low = mid + 1;
            }
            else
            {
                high = mid;
            }
        }

        return low;
    }
}
