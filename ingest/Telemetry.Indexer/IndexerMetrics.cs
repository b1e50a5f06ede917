using System.Diagnostics.Metrics;
using Telemetry.Bus;
using Telemetry.Wire;

namespace Telemetry.Indexer;

/// <summary>
/// Counters of one lane, on the meter "Telemetry.Indexer", each with the tag <c>lane</c>.
/// records = documents + duplicates + records without a document (heartbeats, stream ends) + dead letters.
/// </summary>
internal sealed class IndexerMetrics
{
    public const string MeterName = "Telemetry.Indexer";

    private readonly KeyValuePair<string, object?> _lane;
    private readonly Counter<long> _records, _documents, _unparsed, _duplicates, _conflicts, _deadLetters, _faults, _overtaken;
    private readonly Histogram<double> _commit;

    public IndexerMetrics(Meter meter, Lane lane, Func<(long Bytes, double Seconds)> lag)
    {
        _lane = new("lane", lane == Lane.Critical ? "critical" : "bulk");
        _records = meter.CreateCounter<long>("indexer.records", "{record}", "Records read from the bus.");
        _documents = meter.CreateCounter<long>("indexer.documents", "{document}", "Documents written to the store.");
        _unparsed = meter.CreateCounter<long>("indexer.unparsed", "{line}", "Lines stored without a format recognised.");
        _duplicates = meter.CreateCounter<long>("indexer.duplicates", "{record}", "Records of resent batches, skipped.");
        _conflicts = meter.CreateCounter<long>("indexer.conflicts", "{record}", "Records in identity conflict, stored apart.");
        _deadLetters = meter.CreateCounter<long>("indexer.dead_letters", "{entry}", "Entries and records that did not decode, documents that the store refused.");
        _faults = meter.CreateCounter<long>("indexer.faults", "{fault}", "Failures after which the lane began again.");
        _overtaken = meter.CreateCounter<long>("indexer.overtaken", "{position}", "Positions that bus retention deleted before they were indexed.");
        _commit = meter.CreateHistogram<double>("indexer.commit", "s", "Time of a commit of store and state.");
        meter.CreateObservableGauge("indexer.lag", () => new Measurement<long>(lag().Bytes, _lane), "By",
            "Bytes on the bus that are not indexed.");
        meter.CreateObservableGauge("indexer.lag.time", () => new Measurement<double>(lag().Seconds, _lane), "s",
            "Age of the last entry read while there are more.");
    }

    public void Record(int count) => _records.Add(count, _lane);

    public void Document(int count) => _documents.Add(count, _lane);

    public void Unparsed(int count) => _unparsed.Add(count, _lane);

    public void Duplicate(int count) => _duplicates.Add(count, _lane);

    public void Conflict(int count) => _conflicts.Add(count, _lane);

    public void DeadLetter(int count) => _deadLetters.Add(count, _lane);

    public void Fault() => _faults.Add(1, _lane);

    public void Overtaken(BusPartition partition, long positions) =>
        _overtaken.Add(positions, _lane, new("partition", partition.ToString()));

    public void Committed(TimeSpan took) => _commit.Record(took.TotalSeconds, _lane);
}
