using Serilog.Events;

namespace Serilog.Sinks.Grpc.Tests;

/// <summary>Events for tests.</summary>
internal static class Some
{
    public static readonly DateTimeOffset Time = new(2026, 1, 2, 3, 4, 5, 678, TimeSpan.FromHours(2));

    /// <summary>An event as a logger makes it.</summary>
    public static LogEvent Event(LogEventLevel level, Exception? exception, string template, params object?[] values)
    {
        using var logger = new LoggerConfiguration().CreateLogger();
        Assert.True(logger.BindMessageTemplate(template, values, out var parsed, out var properties));
        return new LogEvent(Time, level, exception, parsed, properties);
    }

    public static LogEvent Event(string template, params object?[] values) => Event(LogEventLevel.Information, null, template, values);
}
