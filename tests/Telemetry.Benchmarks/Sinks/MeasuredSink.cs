using Serilog;
using Serilog.Core;
using Serilog.Events;
using Serilog.Sinks.Grpc;

namespace Telemetry.Benchmarks.Sinks;

/// <summary>The sink behind a logger, with its account.</summary>
internal sealed class MeasuredSink : ILogEventSink, IDisposable
{
    private readonly GrpcSink _sink;

    public MeasuredSink(string endpoint, Action<BatchedGrpcSinkOptions>? configure = null)
    {
        var options = new BatchedGrpcSinkOptions { Endpoint = endpoint, ServiceName = "bench", ServiceVersion = "1" };
        configure?.Invoke(options);
        _sink = new GrpcSink(options, _ => null, TimeProvider.System, Random.Shared);
        Logger = new LoggerConfiguration().WriteTo.Sink(this).CreateLogger();
    }

    public Logger Logger { get; }

    public GrpcSinkAccount Account => _sink.Account;

    public void Emit(LogEvent logEvent) => _sink.Emit(logEvent);

    public void Dispose() => _sink.Dispose();
}
