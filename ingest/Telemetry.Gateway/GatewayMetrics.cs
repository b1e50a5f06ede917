using System.Diagnostics.Metrics;
using Telemetry.Protos.V1;
using Lane = Telemetry.Wire.Lane;

namespace Telemetry.Gateway;

/// <summary>
/// Meter "Telemetry.Gateway". For each lane: received batches = durable + rejected + failed + those pending.
/// </summary>
internal sealed class GatewayMetrics : IDisposable
{
    public const string MeterName = "Telemetry.Gateway";

    private readonly Counter<long> _received;
    private readonly Counter<long> _durable;
    private readonly Counter<long> _rejected;
    private readonly Counter<long> _failed;
    private readonly Counter<long> _records;
    private readonly Counter<long> _bytes;
    private readonly Counter<long> _acks;
    private readonly UpDownCounter<long> _calls;
    private readonly Counter<long> _ended;

    public GatewayMetrics()
    {
        _received = Meter.CreateCounter<long>("gateway.batches.received", "{batch}", "Batches that arrived");
        _durable = Meter.CreateCounter<long>("gateway.batches.durable", "{batch}", "Batches that the bus made durable");
        _rejected = Meter.CreateCounter<long>("gateway.batches.rejected", "{batch}", "Batches refused for good, by reason");
        _failed = Meter.CreateCounter<long>("gateway.batches.failed", "{batch}", "Batches that the bus could not make durable");
        _records = Meter.CreateCounter<long>("gateway.records.durable", "{record}", "Records in durable batches");
        _bytes = Meter.CreateCounter<long>("gateway.bytes.durable", "By", "Bytes of durable batches, as sent");
        _acks = Meter.CreateCounter<long>("gateway.acks", "{ack}", "Acks sent; one may cover many batches");
        _calls = Meter.CreateUpDownCounter<long>("gateway.calls", "{call}", "Calls that are open");
        _ended = Meter.CreateCounter<long>("gateway.calls.ended", "{call}", "Calls that ended, by status");
    }

    /// <summary>This gateway's own; tests tell gateways apart by it.</summary>
    public Meter Meter { get; } = new(MeterName);

    public void Received(Lane lane) => _received.Add(1, Of(lane));

    public void Durable(Lane lane, int records, long bytes)
    {
        _durable.Add(1, Of(lane));
        _records.Add(records, Of(lane));
        _bytes.Add(bytes, Of(lane));
    }

    public void Rejected(Lane lane, RejectReason reason) =>
        _rejected.Add(1, Of(lane), new("reason", reason.ToString().ToLowerInvariant()));

    public void Failed(Lane lane) => _failed.Add(1, Of(lane));

    public void Acked(Lane lane) => _acks.Add(1, Of(lane));

    public void CallOpened(Lane lane) => _calls.Add(1, Of(lane));

    public void CallClosed(Lane lane) => _calls.Add(-1, Of(lane));

    public void CallEnded(string status) => _ended.Add(1, new KeyValuePair<string, object?>("status", status));

    public void ObservePending(Lane lane, Func<long> bytes) => Meter.CreateObservableGauge("gateway.pending",
        () => new Measurement<long>(bytes(), Of(lane)), "By", "Bytes that are with the bus and not durable");

    public void Dispose() => Meter.Dispose();

    private static KeyValuePair<string, object?> Of(Lane lane) =>
        new("lane", lane == Lane.Critical ? "critical" : "bulk");
}
