namespace Telemetry.Store.Elasticsearch.Writing;

/// <summary>
/// Microseconds since the Unix epoch as RFC 3339 in UTC, "2026-11-22T11:05:58.123456Z". What <c>date_nanos</c> cannot hold is clamped:
/// a document is worth more than the digits of an impossible clock. Keeps the last day's text. Not thread-safe.
/// </summary>
internal sealed class DateText
{
    /// <summary>Bytes of one time.</summary>
    public const int Length = 27;

    /// <summary>2262-04-11T23:47:16.854775Z, the last of <c>date_nanos</c>.</summary>
    public const long MaxUnixUs = long.MaxValue / 1000;

    private const long DayUs = 86_400_000_000;
    private readonly byte[] _date = "1970-01-01T"u8.ToArray();
    private long _day;

    public void Write(long unixUs, Span<byte> to)
    {
        unixUs = Math.Clamp(unixUs, 0, MaxUnixUs);
        var day = unixUs / DayUs;
        var us = unixUs - day * DayUs;
        if (day != _day)
        {
            Turn(day);
        }

        _date.CopyTo(to);
        var seconds = (int)(us / 1_000_000);
        var micros = (int)(us - seconds * 1_000_000L);
        Two(to[11..], seconds / 3600);
        to[13] = (byte)':';
        Two(to[14..], seconds / 60 % 60);
        to[16] = (byte)':';
        Two(to[17..], seconds % 60);
        to[19] = (byte)'.';
        Two(to[20..], micros / 10_000);
        Two(to[22..], micros / 100 % 100);
        Two(to[24..], micros % 100);
        to[26] = (byte)'Z';
    }

    private void Turn(long day)
    {
        var date = DateTime.UnixEpoch.AddDays(day);
        Two(_date, date.Year / 100);
        Two(_date.AsSpan(2), date.Year % 100);
        Two(_date.AsSpan(5), date.Month);
        Two(_date.AsSpan(8), date.Day);
        _day = day;
    }

    private static void Two(Span<byte> to, int value)
    {
        to[1] = (byte)('0' + value % 10);
        to[0] = (byte)('0' + value / 10);
    }
}
