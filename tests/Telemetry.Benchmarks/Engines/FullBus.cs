using Telemetry.Bus;
using Telemetry.Wire;

namespace Telemetry.Benchmarks.Engines;

/// <summary>A bus in memory whose entries are all there; positions count them.</summary>
internal sealed class FullBus(IReadOnlyList<(BusStamp Stamp, byte[] Body)> entries) : IBus
{
    public bool KeepsState => false;

    public IBusWriter OpenWriter() => throw new NotSupportedException();

    public IBusMembership Join(Lane lane, IPartitionOwner owner) => new Membership(entries, lane, owner);

    public IStateLogReader? OpenState(BusPartition partition) => null;

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    private sealed class Membership : IBusMembership
    {
        public Membership(IReadOnlyList<(BusStamp, byte[])> entries, Lane lane, IPartitionOwner owner) => owner.Assigned(new Lease(entries, lane));

        public string Problem => "";

        public ValueTask DisposeAsync() => ValueTask.CompletedTask;
    }

    private sealed class Lease(IReadOnlyList<(BusStamp, byte[])> entries, Lane lane) : IBusLease
    {
        public BusPartition Partition => new(lane, 1, 0);

        public IStateLog? StateLog => null;

        public (BusPosition Oldest, BusPosition End) Extent() => (default, new BusPosition(entries.Count));

        public IBusReader OpenReader(BusPosition from, out long skipped)
        {
            skipped = 0;
            return new Reader(entries, from.Value);
        }

        public void AllowTrim(BusPosition indexed)
        {
        }
    }

    private sealed class Reader(IReadOnlyList<(BusStamp Stamp, byte[] Body)> entries, long next) : IBusReader
    {
        public long LagBytes => entries.Count - next;

        public BusPosition Position => new(next);

        public long ReachedUnixUs => 0;

        public bool TryRead(out BusEntry entry)
        {
            entry = default;
            if (next >= entries.Count)
            {
                return false;
            }

            var (stamp, body) = entries[(int)next];
            entry = new BusEntry(new BusPosition(next), new BusPosition(next + 1), stamp, body);
            next++;
            return true;
        }

        public async ValueTask WaitAsync(TimeSpan atMost, CancellationToken cancel) => await Task.Delay(atMost, cancel);

        public ValueTask DisposeAsync() => ValueTask.CompletedTask;
    }
}
