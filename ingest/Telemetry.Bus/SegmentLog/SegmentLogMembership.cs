using Telemetry.Wire;

namespace Telemetry.Bus.SegmentLog;

/// <summary>On one machine a lane has one partition and one reader: it is given at once and never taken.</summary>
internal sealed class SegmentLogMembership : IBusMembership
{
    public SegmentLogMembership(SegmentLogBus bus, Lane lane, IPartitionOwner owner) => owner.Assigned(new Lease(bus, lane));

    public string Problem => "";

    /// <summary>Whoever joined ends its own work: there is nobody to hand it to.</summary>
    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    private sealed class Lease(SegmentLogBus bus, Lane lane) : IBusLease
    {
        public BusPartition Partition { get; } = new(lane, Generation: 1, Number: 0);

        public IStateLog? StateLog => null;

        public (BusPosition Oldest, BusPosition End) Extent() => bus.Extent(lane);

        public IBusReader OpenReader(BusPosition from, out long skipped) => bus.OpenReader(lane, from, out skipped);

        public void AllowTrim(BusPosition indexed) => bus.AllowTrim(lane, indexed);
    }
}
