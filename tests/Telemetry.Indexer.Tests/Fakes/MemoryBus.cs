using System.Buffers;
using Telemetry.Bus;
using Telemetry.Wire;

namespace Telemetry.Indexer.Tests.Fakes;

/// <summary>A bus in memory; positions count entries times ten.</summary>
internal sealed class MemoryBus : IBus
{
    private readonly Lock _gate = new();
    private readonly Dictionary<Lane, List<(BusStamp Stamp, byte[] Body)>> _lanes = new()
    {
        [Lane.Critical] = [], [Lane.Bulk] = [],
    };

    private long _tickBytes;
    private TaskCompletionSource _arrived = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public Dictionary<Lane, long> Trimmed { get; } = [];

    /// <summary>Entries that readers were given, all together.</summary>
    public int Given { get; private set; }

    public void Append(Lane lane, BusStamp stamp, byte[] body)
    {
        lock (_gate)
        {
            _lanes[lane].Add((stamp, body));
            _arrived.TrySetResult();
            _arrived = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        }
    }

    public IBusWriter OpenWriter() => throw new NotSupportedException();

    /// <summary>Called when a lane is asked for its ends.</summary>
    public Action<Lane> OnExtent { get; set; } = _ => { };

    /// <summary>Positions before were deleted by retention.</summary>
    public Dictionary<Lane, long> OldestOf { get; } = [];

    /// <summary>Positions behind the last entry that hold none; fewer than ten.</summary>
    public long Ticks { get; set; }

    /// <summary>So much comes to all lanes that holds no entry.</summary>
    public void AppendTicks(long bytes)
    {
        lock (_gate)
        {
            _tickBytes += bytes;
        }
    }

    /// <summary>What it says of partitions that retention has deleted from.</summary>
    public bool MayHaveHeldEntries { get; set; } = true;

    public Dictionary<Lane, MemoryStateLog> StateLogs { get; } = new() { [Lane.Critical] = new(), [Lane.Bulk] = new() };

    public bool KeepsState { get; init; }

    public IStateLogReader? OpenState(BusPartition partition) => KeepsState ? StateLogs[partition.Lane].OpenReader() : null;

    public IBusMembership Join(Lane lane, IPartitionOwner owner) => new Membership(this, lane, owner);

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    private sealed class Membership : IBusMembership
    {
        public Membership(MemoryBus bus, Lane lane, IPartitionOwner owner) => owner.Assigned(new Lease(bus, lane));

        public string Problem => "";

        public ValueTask DisposeAsync() => ValueTask.CompletedTask;
    }

    private sealed class Lease(MemoryBus bus, Lane lane) : IBusLease
    {
        public BusPartition Partition => new(lane, 1, 0);

        public IStateLog? StateLog => bus.KeepsState ? bus.StateLogs[lane] : null;

        public (BusPosition Oldest, BusPosition End) Extent()
        {
            bus.OnExtent(lane);
            lock (bus._gate)
            {
                return (new(bus.OldestOf.GetValueOrDefault(lane)), new(bus._lanes[lane].Count * 10));
            }
        }

        public IBusReader OpenReader(BusPosition from, out long skipped)
        {
            skipped = Math.Max(0, bus.OldestOf.GetValueOrDefault(lane) - from.Value);
            return new Reader(bus, lane, (from.Value + skipped) / 10);
        }

        public ValueTask<bool> MayHaveHeldEntriesAsync(CancellationToken cancel) => new(bus.MayHaveHeldEntries);

        public void AllowTrim(BusPosition indexed)
        {
            lock (bus._gate)
            {
                bus.Trimmed[lane] = indexed.Value;
            }
        }
    }

    private sealed class Reader(MemoryBus bus, Lane lane, long next) : IBusReader
    {
        private long _tickBytes;

        public long LagBytes
        {
            get
            {
                lock (bus._gate)
                {
                    return bus._lanes[lane].Skip((int)next).Sum(e => (long)e.Body.Length) + bus._tickBytes - _tickBytes;
                }
            }
        }

        public BusPosition Position => new((next * 10) + (LagBytes == 0 ? bus.Ticks : 0));

        public long ReachedUnixUs => LagBytes == 0 ? (DateTimeOffset.UtcNow.UtcTicks - DateTime.UnixEpoch.Ticks) / 10 : 0;

        public bool TryRead(out BusEntry entry)
        {
            lock (bus._gate)
            {
                entry = default;
                var entries = bus._lanes[lane];
                if (next >= entries.Count)
                {
                    _tickBytes = bus._tickBytes;
                    return false;
                }

                var (stamp, body) = entries[(int)next];
                entry = new BusEntry(new BusPosition(next * 10), new BusPosition((next + 1) * 10), stamp, body);
                next++;
                bus.Given++;
                return true;
            }
        }

        public async ValueTask WaitAsync(TimeSpan atMost, CancellationToken cancel)
        {
            Task arrived;
            lock (bus._gate)
            {
                if (next < bus._lanes[lane].Count)
                {
                    return;
                }

                arrived = bus._arrived.Task;
            }

            await Task.WhenAny(arrived, Task.Delay(atMost, TimeProvider.System, cancel));
            cancel.ThrowIfCancellationRequested();
        }

        public ValueTask DisposeAsync() => ValueTask.CompletedTask;
    }
}
