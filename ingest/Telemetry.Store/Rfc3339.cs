using System.Globalization;

namespace Telemetry.Store;

/// <summary>Microseconds since the Unix epoch as text, always UTC: "2026-11-22T11:05:58.123456Z".</summary>
public static class Rfc3339
{
    private static readonly long MinUnixUs = (DateTime.MinValue - DateTime.UnixEpoch).Ticks / 10;
    private static readonly long MaxUnixUs = (DateTime.MaxValue - DateTime.UnixEpoch).Ticks / 10;

    /// <summary>Formats; what lies outside the years 1..9999 is clamped.</summary>
    public static string Format(long unixUs) => DateTime.UnixEpoch
        .AddTicks(Math.Clamp(unixUs, MinUnixUs, MaxUnixUs) * 10)
        .ToString("yyyy-MM-dd'T'HH:mm:ss.ffffff'Z'", CultureInfo.InvariantCulture);
}
