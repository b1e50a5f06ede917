using Telemetry.Wire;

namespace Telemetry.Autopsy;

/// <summary>Adds up one epoch of one stream: produced = stored + lost + missing.</summary>
internal sealed class StreamAccount(StreamEpoch key)
{
    private readonly IntervalSet _stored = new();
    private readonly IntervalSet _lost = new();
    private readonly IntervalSet _refused = new();
    private string _name = "", _kind = "", _workload = "";
    private Lane _lane;
    private bool _closed;
    private ulong _produced, _readOffset, _sourceSize;
    private long _progress = long.MinValue;
    private Epoch _conflictsWith;

    public void Add(StreamFacts facts)
    {
        _name = facts.Name.Length > 0 ? facts.Name : _name;
        _kind = facts.Kind.Length > 0 ? facts.Kind : _kind;
        _workload = facts.WorkloadId.Length > 0 ? facts.WorkloadId : _workload;
        _lane = facts.Lane != 0 ? facts.Lane : _lane;
        _closed |= facts.Closed;
        _produced = Math.Max(_produced, facts.NextSeq);
        AddAll(_lost, facts.Lost);
        AddAll(_refused, facts.Refused);
        if (facts.ProgressUnixUs > _progress)
        {
            (_progress, _readOffset, _sourceSize) = (facts.ProgressUnixUs, facts.ReadOffset, facts.SourceSize);
        }
    }

    public void Add(Lane lane, ReceivedStream received)
    {
        _lane = _lane == 0 ? lane : _lane;
        _conflictsWith = received.ConflictsWith;
        AddAll(_stored, received.Intervals);

        _produced = Math.Max(_produced, _stored.End);
    }

    /// <summary>Records in conflict carry the name of the epoch that they claim; an epoch nobody described, of its stream.</summary>
    public void NameAfter(IReadOnlyDictionary<StreamEpoch, StreamAccount> all)
    {
        if (_name.Length > 0)
        {
            return;
        }

        var claimed = all.GetValueOrDefault(key with { Epoch = _conflictsWith });
        var named = claimed is { _name.Length: > 0 } ? claimed : all.Where(a => a.Key.Stream == key.Stream)
            .Select(a => a.Value).FirstOrDefault(a => a._name.Length > 0);
        if (named is not null)
        {
            (_name, _kind, _workload) = (named._name, named._kind, named._workload);
        }
    }

    public LifetimeStream ToStream()
    {
        // What the store refused, and what was purged, came here and is not in it.
        var refused = _stored.Count + _refused.Count - UnionOf(_stored, _refused).Count;
        var stored = _stored.Count - refused;
        var lost = LostAndNotStored() + refused;
        var ranges = new List<Interval>();
        ulong missing = 0;

        // What contradicts others is a fragment of another server's numbering: nothing says where it begins.
        if (_conflictsWith == Epoch.None)
        {
            foreach (var range in UnionOf(_stored, _lost).Missing(_produced))
            {
                missing += range.Count;
                if (ranges.Count < LifetimeComposer.MaxMissingRanges)
                {
                    ranges.Add(range);
                }
            }
        }

        return new LifetimeStream(
            key.Stream, key.Epoch, _name, _kind, _workload, _lane, _closed,
            _conflictsWith == Epoch.None ? _produced : stored, stored, lost, missing, ranges, _readOffset, _sourceSize);
    }

    private ulong LostAndNotStored() => UnionOf(_stored, _lost).Count - _stored.Count;

    private static IntervalSet UnionOf(IntervalSet one, IntervalSet other)
    {
        var both = new IntervalSet();
        AddAll(both, one);
        AddAll(both, other);
        return both;
    }

    private static void AddAll(IntervalSet set, IntervalSet from)
    {
        foreach (var range in from.Intervals)
        {
            set.Add(range.First, range.End);
        }
    }
}
