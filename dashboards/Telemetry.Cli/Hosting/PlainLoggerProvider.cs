using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;

namespace Telemetry.Cli.Hosting;

/// <summary>Logs plain lines: "2026-11-22T11:32:07.123Z WARN  gateway: text", as the shipper does. Safe for concurrent use.</summary>
internal sealed class PlainLoggerProvider(TextWriter output, LogLevel least, TimeProvider time) : ILoggerProvider
{
    private readonly ConcurrentDictionary<string, PlainLogger> _loggers = new(StringComparer.Ordinal);
    private readonly Lock _gate = new();

    /// <inheritdoc/>
    public ILogger CreateLogger(string categoryName) =>
        _loggers.GetOrAdd(categoryName, name => new PlainLogger(this, ShortName(name)));

    /// <inheritdoc/>
    public void Dispose()
    {
    }

    private static string ShortName(string category) =>
        category.Split('.')[^1].Replace("Telemetry", "", StringComparison.Ordinal).ToLowerInvariant();

    private void Write(string category, LogLevel level, string text)
    {
        lock (_gate)
        {
            output.WriteLine($"{time.GetUtcNow():yyyy-MM-dd'T'HH:mm:ss.fff'Z'} {NameOf(level)} {category}: {text}");
        }
    }

    private static string NameOf(LogLevel level) => level switch
    {
        LogLevel.Trace or LogLevel.Debug => "DEBUG",
        LogLevel.Information => "INFO ",
        LogLevel.Warning => "WARN ",
        _ => "ERROR",
    };

    private sealed class PlainLogger(PlainLoggerProvider owner, string category) : ILogger
    {
        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => logLevel >= owner.Least && logLevel != LogLevel.None;

        public void Log<TState>(
            LogLevel logLevel, EventId eventId, TState state, Exception? exception,
            Func<TState, Exception?, string> formatter)
        {
            if (IsEnabled(logLevel))
            {
                var text = formatter(state, exception);
                var whole = exception is null ? text : $"{text}: {Describe(exception)}";
                owner.Write(category, logLevel, owner.Least <= LogLevel.Debug ? whole : whole.ReplaceLineEndings(" "));
            }
        }

        // What happened, in one line; whoever looks for the place asks for more.
        private string Describe(Exception exception) =>
            owner.Least <= LogLevel.Debug ? exception.ToString() : $"{exception.GetType().Name}: {exception.Message}";
    }

    private LogLevel Least => least;
}
