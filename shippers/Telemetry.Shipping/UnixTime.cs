namespace Telemetry.Shipping;

internal static class UnixTime
{
    /// <summary>Microseconds since the Unix epoch.</summary>
    public static long ToUnixMicroseconds(this DateTimeOffset time) =>
        (time.UtcTicks - DateTimeOffset.UnixEpoch.UtcTicks) / TimeSpan.TicksPerMicrosecond;
}
