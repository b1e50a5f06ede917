using System.Globalization;

namespace Telemetry.Store;

/// <summary>Times as stores give them back: RFC 3339 with any number of digits.</summary>
internal static class StoredTime
{
    /// <summary>Parses to microseconds since the Unix epoch, rounded down. Does not throw.</summary>
    public static bool TryParse(string? text, out long unixUs)
    {
        var isTime = DateTimeOffset.TryParse(
            text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out var time);
        unixUs = isTime ? (time - DateTimeOffset.UnixEpoch).Ticks / 10 : 0;
        return isTime;
    }
}
