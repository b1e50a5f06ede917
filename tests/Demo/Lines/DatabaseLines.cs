using System.Globalization;

namespace Telemetry.Demo.Lines;

/// <summary>A plain log with time, process and level, as databases write it.</summary>
internal sealed class DatabaseLines(SampleMessages messages, Random random) : LineSource(messages, random)
{
    public override string Next(DateTimeOffset now)
    {
        var (level, text) = NextMessage();
        return string.Create(
            CultureInfo.InvariantCulture,
            $"{now:yyyy-MM-dd HH:mm:ss.fff} UTC [{Environment.ProcessId}] {level.ToUpperInvariant()}: {text}");
    }
}
