using System.Diagnostics.Metrics;
using Telemetry.Bus.SegmentLog;
using Telemetry.Wire;

namespace Telemetry.Bus.Kafka;

/// <summary>
/// Meter "Telemetry.Bus", with the tag <c>lane</c>. Entries produced = delivered + failed + those in the queue that were sent;
/// ticks are not counted among them. Safe for concurrent use.
/// </summary>
internal sealed class KafkaBusMetrics : IDisposable
{
    public const string MeterName = "Telemetry.Bus";

    private readonly Counter<long> _produced, _delivered, _failed, _rebalances, _transactions, _aborted, _fenced;
    private readonly Counter<long> _deadLetters, _foreign;
    private readonly Histogram<double> _commit;

    public KafkaBusMetrics()
    {
        _produced = Meter.CreateCounter<long>("bus.entries.produced", "{entry}", "Entries handed to the client");
        _delivered = Meter.CreateCounter<long>("bus.entries.delivered", "{entry}", "Entries the brokers have as promised");
        _failed = Meter.CreateCounter<long>("bus.entries.failed", "{entry}", "Entries not known to be durable");
        _foreign = Meter.CreateCounter<long>("bus.entries.foreign", "{entry}", "Messages read that are no entries, skipped");
        _rebalances = Meter.CreateCounter<long>("bus.rebalances", "{rebalance}", "Changes of this member's partitions");
        _transactions = Meter.CreateCounter<long>("bus.transactions", "{transaction}", "Transactions committed");
        _aborted = Meter.CreateCounter<long>("bus.transactions.failed", "{transaction}", "Transactions not known to be committed");
        _fenced = Meter.CreateCounter<long>("bus.fenced", "{commit}", "Commits refused as another member has the partition");
        _deadLetters = Meter.CreateCounter<long>("bus.dead_letters", "{letter}", "Dead letters committed");
        _commit = Meter.CreateHistogram<double>("bus.transaction", "s", "Time of a transaction of state and offsets");
    }

    /// <summary>This bus's own; tests tell buses apart by it.</summary>
    public Meter Meter { get; } = new(MeterName);

    public void ObserveQueue(Lane lane, Func<long> bytes) => Meter.CreateObservableGauge(
        "bus.queue", () => new Measurement<long>(bytes(), Of(lane)), "By", "Bytes waiting for the brokers");

    public void ObserveLag(Func<IEnumerable<(BusPartition Partition, long Bytes)>> lags) => Meter.CreateObservableGauge(
        "bus.lag", () => lags().Select(l => new Measurement<long>(l.Bytes, Of(l.Partition.Lane), new("partition", l.Partition.ToString()))),
        "By", "Bytes on the bus that this member has not read, estimated");

    public void Produced(Lane lane, bool isTick) => Count(_produced, lane, isTick);

    public void Delivered(Lane lane, bool isTick) => Count(_delivered, lane, isTick);

    public void Failed(Lane lane, bool isTick) => Count(_failed, lane, isTick);

    public void Foreign(Lane lane) => _foreign.Add(1, Of(lane));

    public void Rebalanced(Lane lane) => _rebalances.Add(1, Of(lane));

    public void Committed(Lane lane, TimeSpan took, int deadLetters)
    {
        _transactions.Add(1, Of(lane));
        _deadLetters.Add(deadLetters, Of(lane));
        _commit.Record(took.TotalSeconds, Of(lane));
    }

    public void CommitFailed(Lane lane) => _aborted.Add(1, Of(lane));

    public void Fenced(Lane lane) => _fenced.Add(1, Of(lane));

    public void Dispose() => Meter.Dispose();

    private static void Count(Counter<long> counter, Lane lane, bool isTick)
    {
        if (!isTick)
        {
            counter.Add(1, Of(lane));
        }
    }

    private static KeyValuePair<string, object?> Of(Lane lane) => new("lane", LaneNames.Of(lane));
}
