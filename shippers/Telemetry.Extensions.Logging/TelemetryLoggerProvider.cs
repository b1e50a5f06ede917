using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Logging;
using Serilog;
using Serilog.Extensions.Logging;
using Serilog.Sinks.Grpc;
using ILogger = Microsoft.Extensions.Logging.ILogger;

namespace Telemetry.Extensions.Logging;

/// <summary>Serilog's provider before a logger that has the sink alone; its own type gives it a name in <c>Logging</c>.</summary>
[ProviderAlias("Telemetry")]
internal sealed class TelemetryLoggerProvider : ILoggerProvider
{
    private readonly SerilogLoggerProvider _provider;

    public TelemetryLoggerProvider(IConfiguration? section, Action<BatchedGrpcSinkOptions>? configure)
    {
        var logger = new LoggerConfiguration()
            .MinimumLevel.Verbose()
            .WriteTo.Grpc(options =>
            {
                TelemetrySection.Apply(section, options);
                configure?.Invoke(options);
            })
            .CreateLogger();
        _provider = new SerilogLoggerProvider(logger, dispose: true);
    }

    public ILogger CreateLogger(string categoryName) => _provider.CreateLogger(categoryName);

    public void Dispose() => _provider.Dispose();
}
