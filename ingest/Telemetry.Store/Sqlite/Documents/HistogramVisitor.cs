using System.Text;

namespace Telemetry.Store.Sqlite.Documents;

/// <summary>
/// Counts matches by time and level in one pass. Buckets are as narrow as what was seen so far allows and are joined when a
/// match does not fit any more; widths are multiples of each other, so that nothing is lost.
/// </summary>
/// <param name="buckets">Most buckets.</param>
/// <param name="known">The bounds that were asked for; <see cref="Range.Empty"/> when the matches decide.</param>
internal sealed class HistogramVisitor(int buckets, Range known) : IBlockVisitor
{
    // Levels are what lines say; beyond these a level counts as none.
    private const int MaxLevels = 64;

    private readonly Dictionary<string, int> _levels = new(StringComparer.Ordinal) { [""] = 0 };
    private readonly List<string> _levelNames = [""];
    private readonly Growing<int> _levelOf = new();
    private Range _seen = known;
    private long _width = known.Min <= known.Max ? BucketWidth.For(known, buckets) : BucketWidth.Smallest;
    private long _firstBucket;
    private long[] _counts = [];

    public long Total { get; private set; }

    public void Visit(BlockContext block, DocumentSet? matches)
    {
        var times = block.Required(OriginReader.Timestamp).Numbers();
        var levels = LevelOfEach(block);
        for (var i = 0; i < times.Length; i++)
        {
            if (matches is null || matches[i])
            {
                Count(Math.Clamp(times[i], BucketWidth.MinUnixUs, BucketWidth.MaxUnixUs), levels.IsEmpty ? 0 : levels[i]);
            }
        }
    }

    public void Join(HistogramVisitor other)
    {
        if (other.Total == 0)
        {
            return;
        }

        _seen = _seen.With(other._seen);
        Widen(other._width);
        for (var i = 0; i < other._counts.Length; i++)
        {
            if (other._counts[i] > 0)
            {
                var bucket = BucketWidth.Index((other._firstBucket + i / MaxLevels) * other._width, _width) - _firstBucket;
                _counts[bucket * MaxLevels + Level(other._levelNames[i % MaxLevels])] += other._counts[i];
            }
        }

        Total += other.Total;
    }

    public Histogram Result()
    {
        if (_seen.Min > _seen.Max)
        {
            return new Histogram(0, BucketWidth.Smallest, 0, []);
        }

        Widen(_width);
        var first = BucketWidth.Index(_seen.Min, _width);
        var result = new HistogramBucket[BucketWidth.Index(_seen.Max, _width) - first + 1];
        for (var i = 0; i < result.Length; i++)
        {
            result[i] = Bucket(first + i);
        }

        return new Histogram(first * _width, _width, Total, result);
    }

    private HistogramBucket Bucket(long index)
    {
        Dictionary<string, long> byLevel = [];
        var count = 0L;
        var start = (index - _firstBucket) * MaxLevels;
        for (var level = 0; level < _levelNames.Count && start >= 0 && start < _counts.Length; level++)
        {
            if (_counts[start + level] is var n and > 0)
            {
                byLevel[_levelNames[level]] = n;
                count += n;
            }
        }

        return new HistogramBucket(count, byLevel);
    }

    private void Count(long time, int level)
    {
        if (time < _seen.Min || time > _seen.Max)
        {
            _seen = _seen.With(time);
        }

        var slot = (BucketWidth.Index(time, _width) - _firstBucket) * MaxLevels;
        if (slot < 0 || slot >= _counts.Length)
        {
            Widen(_width);
            slot = (BucketWidth.Index(time, _width) - _firstBucket) * MaxLevels;
        }

        _counts[slot + level]++;
        Total++;
    }

    // Makes room for all that was seen, in wider buckets when there would be too many.
    private void Widen(long atLeast)
    {
        var width = Math.Max(atLeast, BucketWidth.For(_seen, buckets));
        var first = BucketWidth.Index(_seen.Min, width);
        var room = BucketWidth.Index(_seen.Max, width) - first + 1;
        if (width == _width && first == _firstBucket && room * MaxLevels == _counts.Length)
        {
            return;
        }

        var counts = new long[room * MaxLevels];
        for (var i = 0; i < _counts.Length; i++)
        {
            if (_counts[i] > 0)
            {
                var bucket = BucketWidth.Index((_firstBucket + i / MaxLevels) * _width, width) - first;
                counts[bucket * MaxLevels + i % MaxLevels] += _counts[i];
            }
        }

        (_counts, _width, _firstBucket) = (counts, width, first);
    }

    private ReadOnlySpan<int> LevelOfEach(BlockContext block)
    {
        if (!block.Partition.TryField(Fields.LogLevel.Name, out var field) || block.Column(field.Id) is not { } column)
        {
            return [];
        }

        var levels = _levelOf.Resize(block.Block.Count);
        if (column.Kind == ChunkFormat.Dictionary && column.IsDense)
        {
            Span<int> byCode = column.Distinct <= 256 ? stackalloc int[column.Distinct] : new int[column.Distinct];
            for (var code = 0; code < byCode.Length; code++)
            {
                byCode[code] = Level(Encoding.UTF8.GetString(column.DistinctValue(code)));
            }

            var codes = column.Codes();
            for (var i = 0; i < levels.Length; i++)
            {
                levels[i] = byCode[codes[i]];
            }

            return levels;
        }

        for (var i = 0; i < levels.Length; i++)
        {
            var (first, count) = column.ValuesOf(i);
            levels[i] = count == 0 ? 0 : Level(Encoding.UTF8.GetString(column.Text(first)));
        }

        return levels;
    }

    private int Level(string name)
    {
        if (_levels.TryGetValue(name, out var level))
        {
            return level;
        }

        if (_levels.Count == MaxLevels)
        {
            return 0;
        }

        _levelNames.Add(name);
        return _levels[name] = _levelNames.Count - 1;
    }
}
