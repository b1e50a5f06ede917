using System.Globalization;

namespace Telemetry.Demo.Lines;

/// <summary>logfmt.</summary>
internal sealed class LogfmtLines(SampleMessages messages, Random random) : LineSource(messages, random)
{
    public override string Next(DateTimeOffset now)
    {
        var (level, text) = NextMessage();
        var quoted = text.Replace("\\", "\\\\").Replace("\"", "\\\"");
        return string.Create(
            CultureInfo.InvariantCulture,
            $"time={now:yyyy-MM-ddTHH:mm:ss.ffffff}Z level={level} service=worker msg=\"{quoted}\" "
            + $"queue={OneOf("mail", "thumbnails", "reports")} took_ms={Random.Next(2, 900)}");
    }
}
