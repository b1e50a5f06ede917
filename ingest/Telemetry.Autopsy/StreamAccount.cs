using Telemetry.Wire;

namespace Telemetry.Autopsy;

/// <summary>Adds up one epoch of one stream: produced = stored + lost + missing.</summary>
internal sealed class StreamAccount(StreamEpoch key)
{
    private readonly IntervalSet _stored = new();
    private readonly IntervalSet _lost = new();
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
        foreach (var range in facts.Lost.Intervals)
        {
            _lost.Add(range.First, range.End);
        }

        if (facts.ProgressUnixUs > _progress)
        {
            (_progress, _readOffset, _sourceSize) = (facts.ProgressUnixUs, facts.ReadOffset, facts.SourceSize);
        }
    }

    public void Add(Lane lane, ReceivedStream received)
    {
        _lane = _lane == 0 ? lane : _lane;
        _conflictsWith = received.ConflictsWith;
        foreach (var range in received.Intervals.Intervals)
        {
            _stored.Add(range.First, range.End);
        }

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
        var stored = _stored.Count;
        var lost = LostAndNotStored();
        var ranges = new List<Interval>();
        ulong missing = 0;

        // What contradicts others is a fragment of another server's numbering: nothing says where it begins.
        if (_conflictsWith == Epoch.None)
        {
            var known = new IntervalSet();
            AddAll(known, _stored);
            AddAll(known, _lost);
            foreach (var range in known.Missing(_produced))
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

    private ulong LostAndNotStored()
    {
        var both = new IntervalSet();
        AddAll(both, _stored);
        AddAll(both, _lost);
        return both.Count - _stored.Count;
    }

    private static void AddAll(IntervalSet set, IntervalSet from)
    {
        foreach (var range in from.Intervals)
        {
            set.Add(range.First, range.End);
        }
    }
}
