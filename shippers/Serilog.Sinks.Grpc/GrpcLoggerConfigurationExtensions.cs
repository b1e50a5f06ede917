using Serilog.Configuration;
using Serilog.Core;
using Serilog.Events;
using Serilog.Sinks.Grpc;

namespace Serilog;

/// <summary>Adds <c>WriteTo.Grpc()</c> and <c>AuditTo.Grpc()</c>.</summary>
public static class GrpcLoggerConfigurationExtensions
{
    /// <summary>
    /// Ships events to a gateway. Every argument is simple, for configuration files; the environment's <c>TELEMETRY_SINK__…</c> override them.
    /// Nothing is connected yet when it returns: a gateway that is away does not stop an application from starting.
    /// </summary>
    /// <param name="loggerSinkConfiguration">The configuration.</param>
    /// <param name="endpoint">See <see cref="GrpcSinkOptions.Endpoint"/>.</param>
    /// <param name="serviceName">See <see cref="GrpcSinkOptions.ServiceName"/>.</param>
    /// <param name="serviceVersion">See <see cref="GrpcSinkOptions.ServiceVersion"/>.</param>
    /// <param name="bufferPath">See <see cref="BatchedGrpcSinkOptions.BufferPath"/>.</param>
    /// <param name="bufferSizeLimit">See <see cref="BatchedGrpcSinkOptions.BufferSizeLimit"/>; "64MiB".</param>
    /// <param name="batchSizeLimit">See <see cref="BatchedGrpcSinkOptions.BatchSizeLimit"/>.</param>
    /// <param name="batchBytesLimit">See <see cref="BatchedGrpcSinkOptions.BatchBytesLimit"/>; "1MiB".</param>
    /// <param name="bufferingTimeLimit">See <see cref="BatchedGrpcSinkOptions.BufferingTimeLimit"/>.</param>
    /// <param name="queueLimit">See <see cref="BatchedGrpcSinkOptions.QueueLimit"/>.</param>
    /// <param name="queueBytesLimit">See <see cref="BatchedGrpcSinkOptions.QueueBytesLimit"/>; "16MiB".</param>
    /// <param name="eventBodyLimit">See <see cref="GrpcSinkOptions.EventBodyLimit"/>; "256KiB".</param>
    /// <param name="callTimeout">See <see cref="GrpcSinkOptions.CallTimeout"/>.</param>
    /// <param name="shutdownTimeout">See <see cref="BatchedGrpcSinkOptions.ShutdownTimeout"/>.</param>
    /// <param name="fatalTimeout">See <see cref="BatchedGrpcSinkOptions.FatalTimeout"/>.</param>
    /// <param name="token">See <see cref="GrpcSinkOptions.Token"/>.</param>
    /// <param name="tokenFile">See <see cref="GrpcSinkOptions.TokenFile"/>.</param>
    /// <param name="caFile">See <see cref="GrpcSinkOptions.CaFile"/>.</param>
    /// <param name="captureCrashes">See <see cref="BatchedGrpcSinkOptions.CaptureCrashes"/>.</param>
    /// <param name="headers">See <see cref="GrpcSinkOptions.Headers"/>.</param>
    /// <param name="resourceAttributes">See <see cref="GrpcSinkOptions.ResourceAttributes"/>.</param>
    /// <param name="includedData">See <see cref="GrpcSinkOptions.IncludedData"/>; "MessageTemplate, TraceId".</param>
    /// <param name="compression">See <see cref="GrpcSinkOptions.Compression"/>; "Brotli" or "None".</param>
    /// <param name="restrictedToMinimumLevel">See <see cref="GrpcSinkOptions.RestrictedToMinimumLevel"/>.</param>
    /// <param name="levelSwitch">See <see cref="GrpcSinkOptions.LevelSwitch"/>.</param>
    /// <param name="controlLevelSwitch">See <see cref="BatchedGrpcSinkOptions.ControlLevelSwitch"/>.</param>
    /// <exception cref="ArgumentException">An argument is wrong.</exception>
    public static LoggerConfiguration Grpc(
        this LoggerSinkConfiguration loggerSinkConfiguration,
        string? endpoint = null,
        string? serviceName = null,
        string? serviceVersion = null,
        string? bufferPath = null,
        string? bufferSizeLimit = null,
        int? batchSizeLimit = null,
        string? batchBytesLimit = null,
        TimeSpan? bufferingTimeLimit = null,
        int? queueLimit = null,
        string? queueBytesLimit = null,
        string? eventBodyLimit = null,
        TimeSpan? callTimeout = null,
        TimeSpan? shutdownTimeout = null,
        TimeSpan? fatalTimeout = null,
        string? token = null,
        string? tokenFile = null,
        string? caFile = null,
        bool captureCrashes = true,
        IDictionary<string, string>? headers = null,
        IDictionary<string, string>? resourceAttributes = null,
        IncludedData includedData = IncludedData.All,
        BatchCompression compression = BatchCompression.Brotli,
        LogEventLevel restrictedToMinimumLevel = LevelAlias.Minimum,
        LoggingLevelSwitch? levelSwitch = null,
        LoggingLevelSwitch? controlLevelSwitch = null)
    {
        ArgumentNullException.ThrowIfNull(loggerSinkConfiguration);
        var options = new BatchedGrpcSinkOptions();
        options.BufferSizeLimit = ByteSize.Parse(bufferSizeLimit, options.BufferSizeLimit, nameof(bufferSizeLimit));
        options.QueueBytesLimit = ByteSize.Parse(queueBytesLimit, options.QueueBytesLimit, nameof(queueBytesLimit));
        options.EventBodyLimit = ByteSize.Parse(eventBodyLimit, options.EventBodyLimit, nameof(eventBodyLimit));
        options.BatchSizeLimit = batchSizeLimit ?? options.BatchSizeLimit;
        options.BatchBytesLimit = ByteSize.Parse(batchBytesLimit, options.BatchBytesLimit, nameof(batchBytesLimit));
        options.BufferingTimeLimit = bufferingTimeLimit ?? options.BufferingTimeLimit;
        options.QueueLimit = queueLimit ?? options.QueueLimit;
        options.CallTimeout = callTimeout ?? options.CallTimeout;
        options.ShutdownTimeout = shutdownTimeout ?? options.ShutdownTimeout;
        options.FatalTimeout = fatalTimeout ?? options.FatalTimeout;
        (options.Endpoint, options.ServiceName, options.ServiceVersion) = (endpoint, serviceName, serviceVersion);
        (options.BufferPath, options.CaptureCrashes) = (bufferPath, captureCrashes);
        (options.Token, options.TokenFile, options.CaFile) = (token, tokenFile, caFile);
        (options.Headers, options.ResourceAttributes) = (headers ?? options.Headers, resourceAttributes ?? options.ResourceAttributes);
        (options.IncludedData, options.Compression) = (includedData, compression);
        (options.RestrictedToMinimumLevel, options.LevelSwitch) = (restrictedToMinimumLevel, levelSwitch);
        options.ControlLevelSwitch = controlLevelSwitch;
        return Add(loggerSinkConfiguration, options, Environment.GetEnvironmentVariable);
    }

    /// <summary>Ships events to a gateway, configured by code.</summary>
    /// <param name="loggerSinkConfiguration">The configuration.</param>
    /// <param name="configure">Sets the options.</param>
    /// <param name="ignoreEnvironment">The environment does not override them.</param>
    /// <exception cref="ArgumentException">An option is wrong.</exception>
    public static LoggerConfiguration Grpc(
        this LoggerSinkConfiguration loggerSinkConfiguration, Action<BatchedGrpcSinkOptions> configure, bool ignoreEnvironment = false)
    {
        ArgumentNullException.ThrowIfNull(loggerSinkConfiguration);
        ArgumentNullException.ThrowIfNull(configure);
        var options = new BatchedGrpcSinkOptions();
        configure(options);
        return Add(loggerSinkConfiguration, options, ignoreEnvironment ? _ => null : Environment.GetEnvironmentVariable);
    }

    /// <summary>
    /// Ships each event by itself: logging it returns when it is durable in the bus, and throws <see cref="GrpcSinkException"/> when it is not
    /// within <paramref name="callTimeout"/>. It may arrive all the same then.
    /// </summary>
    /// <param name="loggerAuditSinkConfiguration">The configuration.</param>
    /// <param name="endpoint">See <see cref="GrpcSinkOptions.Endpoint"/>.</param>
    /// <param name="serviceName">See <see cref="GrpcSinkOptions.ServiceName"/>.</param>
    /// <param name="serviceVersion">See <see cref="GrpcSinkOptions.ServiceVersion"/>.</param>
    /// <param name="eventBodyLimit">See <see cref="GrpcSinkOptions.EventBodyLimit"/>; "256KiB". A larger event fails.</param>
    /// <param name="callTimeout">See <see cref="GrpcSinkOptions.CallTimeout"/>.</param>
    /// <param name="token">See <see cref="GrpcSinkOptions.Token"/>.</param>
    /// <param name="tokenFile">See <see cref="GrpcSinkOptions.TokenFile"/>.</param>
    /// <param name="caFile">See <see cref="GrpcSinkOptions.CaFile"/>.</param>
    /// <param name="headers">See <see cref="GrpcSinkOptions.Headers"/>.</param>
    /// <param name="resourceAttributes">See <see cref="GrpcSinkOptions.ResourceAttributes"/>.</param>
    /// <param name="includedData">See <see cref="GrpcSinkOptions.IncludedData"/>; "MessageTemplate, TraceId".</param>
    /// <param name="compression">See <see cref="GrpcSinkOptions.Compression"/>; "Brotli" or "None".</param>
    /// <param name="restrictedToMinimumLevel">See <see cref="GrpcSinkOptions.RestrictedToMinimumLevel"/>.</param>
    /// <param name="levelSwitch">See <see cref="GrpcSinkOptions.LevelSwitch"/>.</param>
    /// <exception cref="ArgumentException">An argument is wrong.</exception>
    public static LoggerConfiguration Grpc(
        this LoggerAuditSinkConfiguration loggerAuditSinkConfiguration,
        string? endpoint = null,
        string? serviceName = null,
        string? serviceVersion = null,
        string? eventBodyLimit = null,
        TimeSpan? callTimeout = null,
        string? token = null,
        string? tokenFile = null,
        string? caFile = null,
        IDictionary<string, string>? headers = null,
        IDictionary<string, string>? resourceAttributes = null,
        IncludedData includedData = IncludedData.All,
        BatchCompression compression = BatchCompression.Brotli,
        LogEventLevel restrictedToMinimumLevel = LevelAlias.Minimum,
        LoggingLevelSwitch? levelSwitch = null)
    {
        ArgumentNullException.ThrowIfNull(loggerAuditSinkConfiguration);
        var options = new GrpcSinkOptions();
        options.EventBodyLimit = ByteSize.Parse(eventBodyLimit, options.EventBodyLimit, nameof(eventBodyLimit));
        options.CallTimeout = callTimeout ?? options.CallTimeout;
        (options.Endpoint, options.ServiceName, options.ServiceVersion) = (endpoint, serviceName, serviceVersion);
        (options.Token, options.TokenFile, options.CaFile) = (token, tokenFile, caFile);
        (options.Headers, options.ResourceAttributes) = (headers ?? options.Headers, resourceAttributes ?? options.ResourceAttributes);
        (options.IncludedData, options.Compression) = (includedData, compression);
        (options.RestrictedToMinimumLevel, options.LevelSwitch) = (restrictedToMinimumLevel, levelSwitch);
        return Add(loggerAuditSinkConfiguration, options, Environment.GetEnvironmentVariable);
    }

    /// <summary>The same, configured by code.</summary>
    /// <param name="loggerAuditSinkConfiguration">The configuration.</param>
    /// <param name="configure">Sets the options.</param>
    /// <param name="ignoreEnvironment">The environment does not override them.</param>
    /// <exception cref="ArgumentException">An option is wrong.</exception>
    public static LoggerConfiguration Grpc(
        this LoggerAuditSinkConfiguration loggerAuditSinkConfiguration, Action<GrpcSinkOptions> configure, bool ignoreEnvironment = false)
    {
        ArgumentNullException.ThrowIfNull(loggerAuditSinkConfiguration);
        ArgumentNullException.ThrowIfNull(configure);
        var options = new GrpcSinkOptions();
        configure(options);
        return Add(loggerAuditSinkConfiguration, options, ignoreEnvironment ? _ => null : Environment.GetEnvironmentVariable);
    }

    private static LoggerConfiguration Add(
        LoggerSinkConfiguration configuration, BatchedGrpcSinkOptions options, Func<string, string?> variable)
    {
        SinkEnvironment.Apply(options, variable);
        OptionsCheck.ThrowIfWrong(options);
        return configuration.Sink(
            new GrpcSink(options, variable, TimeProvider.System, Random.Shared), options.RestrictedToMinimumLevel,
            options.EffectiveLevelSwitch);
    }

    private static LoggerConfiguration Add(
        LoggerAuditSinkConfiguration configuration, GrpcSinkOptions options, Func<string, string?> variable)
    {
        SinkEnvironment.Apply(options, variable);
        OptionsCheck.ThrowIfWrong(options);
        return configuration.Sink(new GrpcAuditSink(options, variable, TimeProvider.System, Random.Shared), options.RestrictedToMinimumLevel, options.LevelSwitch);
    }
}
