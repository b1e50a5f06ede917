using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Serilog.Sinks.Grpc;
using Telemetry.Extensions.Logging;

namespace Microsoft.Extensions.Logging;

/// <summary>Adds <c>builder.Logging.AddTelemetry()</c>.</summary>
public static class TelemetryLoggingBuilderExtensions
{
    /// <summary>
    /// Ships what is logged to a gateway. Options come from the configuration's section <c>Telemetry</c> by the names that
    /// <c>WriteTo.Grpc</c> has for them, then from the code, then from the environment; levels from <c>Logging</c>, also as
    /// <c>Logging:Telemetry:LogLevel</c>. Wrong options throw <see cref="ArgumentException"/> when the first logger is made.
    /// </summary>
    /// <param name="builder">The application's.</param>
    /// <param name="configure">Sets what the section does not.</param>
    public static ILoggingBuilder AddTelemetry(this ILoggingBuilder builder, Action<BatchedGrpcSinkOptions>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(builder);
        builder.Services.AddSingleton<ILoggerProvider>(
            services => new TelemetryLoggerProvider(services.GetService<IConfiguration>()?.GetSection(TelemetrySection.Name), configure));
        return builder;
    }
}
