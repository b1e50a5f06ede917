using System.Diagnostics.Metrics;
using Telemetry.Wire;

namespace Telemetry.Store.Elasticsearch.Writing;

/// <summary>
/// Counters of one lane, on the meter "Telemetry.Store.Elasticsearch", each with the tag <c>lane</c>.
/// Documents written = stored + duplicates + refused + failure_store + those that wait or were given up with their writer.
/// </summary>
internal sealed class ElasticWriterMetrics
{
    public const string MeterName = "Telemetry.Store.Elasticsearch";

    private readonly KeyValuePair<string, object?> _lane;
    private readonly Counter<long> _stored, _duplicates, _retried, _refused, _failureStore, _withdrawn, _requests, _sentBytes, _faults;

    public ElasticWriterMetrics(Meter meter, Lane lane, Func<long> held, Func<long> inFlight, Func<int> senders)
    {
        _lane = new("lane", lane == Lane.Critical ? "critical" : "bulk");
        _stored = meter.CreateCounter<long>("elasticsearch.stored", "{document}", "Documents stored.");
        _duplicates = meter.CreateCounter<long>("elasticsearch.duplicates", "{document}", "Documents that were there already.");
        _retried = meter.CreateCounter<long>("elasticsearch.retried", "{document}", "Documents sent again.");
        _refused = meter.CreateCounter<long>("elasticsearch.refused", "{document}", "Documents refused for good.");
        _failureStore = meter.CreateCounter<long>("elasticsearch.failure_store", "{document}", "Documents in the failure store.");
        _withdrawn = meter.CreateCounter<long>("elasticsearch.withdrawn", "{document}", "Newer copies deleted after a rollover.");
        _requests = meter.CreateCounter<long>("elasticsearch.requests", "{request}", "Bulk requests.");
        _sentBytes = meter.CreateCounter<long>("elasticsearch.sent", "By", "Bytes of bulk requests, before compression.");
        _faults = meter.CreateCounter<long>("elasticsearch.faults", "{fault}", "Requests that the store did not allow.");
        meter.CreateObservableGauge("elasticsearch.held", () => new Measurement<long>(held(), _lane), "By",
            "Bytes of documents held, waiting or under way.");
        meter.CreateObservableGauge("elasticsearch.in_flight", () => new Measurement<long>(inFlight(), _lane), "By",
            "Bytes of requests under way.");
        meter.CreateObservableGauge("elasticsearch.senders", () => new Measurement<int>(senders(), _lane), "{sender}",
            "Senders that have a request to deliver.");
    }

    public void Stored(int count) => _stored.Add(count, _lane);

    public void Duplicate(int count) => _duplicates.Add(count, _lane);

    public void Retried(int count) => _retried.Add(count, _lane);

    public void Refused() => _refused.Add(1, _lane);

    public void FailureStore() => _failureStore.Add(1, _lane);

    public void Withdrawn(int count) => _withdrawn.Add(count, _lane);

    public void Request(long bytes)
    {
        _requests.Add(1, _lane);
        _sentBytes.Add(bytes, _lane);
    }

    public void Fault() => _faults.Add(1, _lane);
}
