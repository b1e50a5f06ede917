using Serilog.Sinks.Grpc.Diagnostics;

namespace Serilog.Sinks.Grpc;

/// <summary>
/// Tells what became of the events. Make one and set <see cref="GrpcSinkOptions.Diagnostics"/>; several sinks may share it, and it tells their sums.
/// Outlives them. Any thread. The meter <see cref="MeterName"/> tells the same of each sink.
/// </summary>
public sealed class GrpcSinkDiagnostics
{
    /// <summary>Name of the <see cref="System.Diagnostics.Metrics.Meter"/> of each sink; its tag <c>service.name</c> says of which.</summary>
    public const string MeterName = "Serilog.Sinks.Grpc";

    private readonly Lock _gate = new();
    private readonly List<SinkAccounting> _sinks = [];

    /// <summary>The account now.</summary>
    public GrpcSinkAccount Account
    {
        get
        {
            lock (_gate)
            {
                return _sinks.Aggregate(new GrpcSinkAccount(), (sum, sink) => GrpcSinkAccount.Sum(sum, sink.Account));
            }
        }
    }

    internal void Add(SinkAccounting sink)
    {
        lock (_gate)
        {
            _sinks.Add(sink);
        }
    }
}
