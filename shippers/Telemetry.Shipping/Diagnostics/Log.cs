using System.Globalization;

namespace Telemetry.Shipping.Diagnostics;

/// <summary>
/// Plain lines for people: "2026-01-02T03:04:05.678Z WARN  Gateway … refused …". Never a payload, never a secret. What repeats
/// is said once in 10 s with the number of times. Any thread.
/// </summary>
internal sealed class Log(TextWriter output, LogLevel least, TimeProvider time)
{
    private static readonly TimeSpan RepeatAfter = TimeSpan.FromSeconds(10);

    private readonly Lock _gate = new();
    private readonly Dictionary<string, Repeated> _repeated = [];
    private long _faults;

    /// <summary>Mistakes that <see cref="Fault"/> was told of.</summary>
    public long Faults => Interlocked.Read(ref _faults);

    public void Debug(string text) => Write(LogLevel.Debug, text);

    public void Info(string text) => Write(LogLevel.Info, text);

    public void Warn(string text) => Write(LogLevel.Warn, text);

    public void Error(string text) => Write(LogLevel.Error, text);

    /// <summary>
    /// What nobody expected, for the one handler of each loop: counted and said with its trace, and the loop goes
    /// on. <paramref name="subject"/> is a noun: "The Bulk lane".
    /// </summary>
    public void Fault(string subject, Exception mistake)
    {
        Interlocked.Increment(ref _faults);
        Repeating(LogLevel.Error, "fault " + subject, $"{subject} failed unexpectedly: {mistake}");
    }

    /// <summary>Says it unless something with the same key was said within 10 s.</summary>
    public void Repeating(LogLevel level, string key, string text)
    {
        lock (_gate)
        {
            var now = time.GetTimestamp();
            if (!_repeated.TryGetValue(key, out var last))
            {
                _repeated.Add(key, last = new Repeated());
            }
            else if (time.GetElapsedTime(last.At, now) < RepeatAfter)
            {
                last.Suppressed++;
                return;
            }

            var times = last.Suppressed == 0 ? "" : $" ({last.Suppressed} more like this)";
            last.At = now;
            last.Suppressed = 0;
            Write(level, text + times);
        }
    }

    private void Write(LogLevel level, string text)
    {
        if (level < least)
        {
            return;
        }

        var at = time.GetUtcNow().ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture);
        lock (_gate)
        {
            try
            {
                output.WriteLine($"{at} {Name(level)} {OneLine.Of(text)}");
            }
            catch (IOException)
            {
                // Standard error is closed; there is nobody left to tell.
            }
        }
    }

    private static string Name(LogLevel level) => level switch
    {
        LogLevel.Debug => "DEBUG",
        LogLevel.Info => "INFO ",
        LogLevel.Warn => "WARN ",
        _ => "ERROR",
    };

    private sealed class Repeated
    {
        public long At { get; set; }

        public int Suppressed { get; set; }
    }
}
