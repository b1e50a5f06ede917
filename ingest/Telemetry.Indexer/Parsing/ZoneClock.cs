namespace Telemetry.Indexer.Parsing;

/// <summary>
/// Turns local time of a zone into UTC, remembering the offset of the hour asked last. A time that the clock skips or repeats
/// counts as standard time. Not thread-safe.
/// </summary>
internal sealed class ZoneClock
{
    private const long HourUs = 3_600_000_000;

    private readonly TimeZoneInfo _zone;
    private long _hour = long.MinValue, _offsetUs;

    private ZoneClock(TimeZoneInfo zone) => _zone = zone;

    /// <summary>A clock of UTC.</summary>
    public static ZoneClock Utc => new(TimeZoneInfo.Utc);

    /// <summary>A clock of an IANA zone; of UTC when the name is empty or unknown here.</summary>
    public static ZoneClock Find(string name) =>
        name.Length > 0 && IsName(name) && TimeZoneInfo.TryFindSystemTimeZoneById(name, out var zone)
            ? new ZoneClock(zone)
            : Utc;

    /// <summary>Microseconds since the Unix epoch of a local time given as if it were UTC.</summary>
    public long ToUnixUs(long localUs)
    {
        var hour = Math.DivRem(localUs, HourUs).Quotient - (localUs < 0 ? 1 : 0);
        if (hour != _hour)
        {
            var start = _zone.GetUtcOffset(Local(hour * HourUs));
            if (start != _zone.GetUtcOffset(Local(((hour + 1) * HourUs) - 1)))
            {
                return localUs - (_zone.GetUtcOffset(Local(localUs)).Ticks / 10);
            }

            (_hour, _offsetUs) = (hour, start.Ticks / 10);
        }

        return localUs - _offsetUs;
    }

    private static DateTime Local(long us) =>
        new(Math.Clamp(DateTime.UnixEpoch.Ticks + (us * 10), 0, DateTime.MaxValue.Ticks), DateTimeKind.Unspecified);

    // The name comes from another machine and becomes a path under /usr/share/zoneinfo.
    private static bool IsName(string name) => name.Length <= 64 && !name.StartsWith('/') && !name.Contains("..", StringComparison.Ordinal)
        && name.All(c => char.IsAsciiLetterOrDigit(c) || c is '/' or '_' or '-' or '+');
}
