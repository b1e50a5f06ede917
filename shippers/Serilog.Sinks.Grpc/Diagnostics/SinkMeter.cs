using System.Diagnostics.Metrics;

namespace Serilog.Sinks.Grpc.Diagnostics;

/// <summary>The account of one sink as instruments, read when somebody listens.</summary>
internal sealed class SinkMeter : IDisposable
{
    private readonly Meter _meter;

    public SinkMeter(SinkAccounting accounting, string serviceName)
    {
        _meter = new Meter(GrpcSinkDiagnostics.MeterName, null, [new("service.name", serviceName)]);
        Counter("emitted", "Events that the logger gave to the sink.", a => a.Emitted);
        Counter("acknowledged", "Events that are durable in the bus.", a => a.Acknowledged);
        Counter("placeholders", "Events that could not be written as they were.", a => a.Placeholders);
        _meter.CreateObservableUpDownCounter("sink.events.buffered", () => accounting.Account.Buffered, "{event}", "Events that are on their way.");
        _meter.CreateObservableCounter("sink.events.dropped", () => Dropped(accounting.Account), "{event}", "Events that are lost.");
        _meter.CreateObservableCounter("sink.bytes.emitted", () => accounting.Account.EmittedBytes, "By", "Size of the events as encoded.");
        _meter.CreateObservableCounter("sink.connections", () => accounting.Account.Connections, "{connection}", "Times that a gateway was reached.");
        _meter.CreateObservableCounter("sink.failures", () => accounting.Account.Failures, "{failure}", "Times that none was, or that a connection ended.");

        void Counter(string name, string description, Func<GrpcSinkAccount, long> read) =>
            _meter.CreateObservableCounter("sink.events." + name, () => read(accounting.Account), "{event}", description);
    }

    public void Dispose() => _meter.Dispose();

    private static IEnumerable<Measurement<long>> Dropped(GrpcSinkAccount account) =>
    [
        new(account.DroppedQueueFull, new KeyValuePair<string, object?>("reason", "queue_full")),
        new(account.DroppedRejected, new KeyValuePair<string, object?>("reason", "rejected")),
        new(account.DroppedShutdown, new KeyValuePair<string, object?>("reason", "shutdown")),
    ];
}
