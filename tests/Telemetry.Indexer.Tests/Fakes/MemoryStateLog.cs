using Telemetry.Bus;

namespace Telemetry.Indexer.Tests.Fakes;

/// <summary>A state log in memory. Positions count rows.</summary>
internal sealed class MemoryStateLog : IStateLog
{
    private readonly Lock _gate = new();
    private readonly List<StateRow> _rows = [];

    /// <summary>Called at the start of a commit; may throw.</summary>
    public Action OnCommit { get; set; } = () => { };

    public long? Committed { get; set; }

    public List<DeadLetter> Letters { get; } = [];

    public int RowCount
    {
        get
        {
            lock (_gate)
            {
                return _rows.Count;
            }
        }
    }

    public ValueTask<BusPosition?> CommittedAsync(CancellationToken cancel) =>
        new(Committed is { } at ? new BusPosition(at) : (BusPosition?)null);

    public IStateLogReader OpenReader() => new Reader(this);

    public ValueTask CommitAsync(StateCommit commit, CancellationToken cancel)
    {
        OnCommit();
        lock (_gate)
        {
            _rows.AddRange(commit.Rows);
            Letters.AddRange(commit.DeadLetters);
            Committed = commit.Next.Value;
        }

        return ValueTask.CompletedTask;
    }

    /// <summary>Only the newest row of each key stays, and no deletions, as after compaction.</summary>
    public void Compact()
    {
        lock (_gate)
        {
            var newest = new Dictionary<string, StateRow>();
            foreach (var row in _rows)
            {
                newest[Convert.ToHexString(row.Key)] = row;
            }

            _rows.Clear();
            _rows.AddRange(newest.Values.Where(row => row.Value is not null));
        }
    }

    private sealed class Reader(MemoryStateLog log) : IStateLogReader
    {
        public ValueTask<long> ReadAsync(long after, Action<StateRow> apply, CancellationToken cancel)
        {
            lock (log._gate)
            {
                foreach (var row in log._rows.Skip((int)after))
                {
                    apply(row);
                }

                return new(log._rows.Count);
            }
        }

        public ValueTask DisposeAsync() => ValueTask.CompletedTask;
    }
}
