using System.Text;
using Telemetry.Indexer.Parsing;
using Telemetry.Store;

namespace Telemetry.Indexer.Tests.Parsing;

public class TimeReaderTests
{
    [Theory]
    [InlineData("2005-06-03T15:42:50.675872Z", "2005-06-03T15:42:50.675872Z")]
    [InlineData("2005-06-03T15:42:50Z", "2005-06-03T15:42:50.000000Z")]
    [InlineData("2005-06-03 15:42:50", "2005-06-03T15:42:50.000000Z")]
    [InlineData("2005-06-03 15:42:50,675", "2005-06-03T15:42:50.675000Z")]
    [InlineData("2005-06-03 15:42:50.675 +02:00", "2005-06-03T13:42:50.675000Z")]
    [InlineData("2005-06-03T15:42:50.123456789-0730", "2005-06-03T23:12:50.123456Z")]
    [InlineData("2005-06-03T15:42:50+02", "2005-06-03T13:42:50.000000Z")]
    [InlineData("2005-06-03 15:42:50 UTC", "2005-06-03T15:42:50.000000Z")]
    [InlineData("2005-06-03 15:42:50.1 PDT", "2005-06-03T22:42:50.100000Z")]
    [InlineData("2005-06-03 15:42", "2005-06-03T15:42:00.000000Z")]
    [InlineData("2005/06/03 15:42:50", "2005-06-03T15:42:50.000000Z")]
    [InlineData("2005.06.03 15:42:50", "2005-06-03T15:42:50.000000Z")]
    [InlineData("2005-06-03-15.42.50.675872", "2005-06-03T15:42:50.675872Z")]
    [InlineData("2017-05-16_13:53:08", "2017-05-16T13:53:08.000000Z")]
    [InlineData("20050603T154250Z", "2005-06-03T15:42:50.000000Z")]
    [InlineData("20171223-22:15:29:606", "2017-12-23T22:15:29.606000Z")]
    [InlineData("20171224-0:7:20:444", "2017-12-24T00:07:20.444000Z")]
    [InlineData("081109 203615", "2008-11-09T20:36:15.000000Z")]
    [InlineData("17/06/09 20:10:40", "2017-06-09T20:10:40.000000Z")]
    [InlineData("25-12-26 10:00:20", "2025-12-26T10:00:20.000000Z")]
    [InlineData("20-12-25 10:00:20", "2025-12-20T10:00:20.000000Z")]
    [InlineData("12/20/25 10:00:19", "2025-12-20T10:00:19.000000Z")]
    [InlineData("20.12.25 10:00:19", "2025-12-20T10:00:19.000000Z")]
    [InlineData("03/Jun/2005:15:42:50 +0200", "2005-06-03T13:42:50.000000Z")]
    [InlineData("03-Jun-2005 15:42:50.675", "2005-06-03T15:42:50.675000Z")]
    [InlineData("03 Jun 2005 15:42:50.675", "2005-06-03T15:42:50.675000Z")]
    [InlineData("Fri Jun 03 15:42:50 2005", "2005-06-03T15:42:50.000000Z")]
    [InlineData("Fri Jun  3 15:42:50.123456 2005", "2005-06-03T15:42:50.123456Z")]
    [InlineData("Fri Jun  3 15:42:50 UTC 2005", "2005-06-03T15:42:50.000000Z")]
    [InlineData("Fri, 03 Jun 2005 15:42:50 GMT", "2005-06-03T15:42:50.000000Z")]
    [InlineData("Jun 03 2005 15:42:50", "2005-06-03T15:42:50.000000Z")]
    [InlineData("Jun 03, 2005 3:42:50 PM", "2005-06-03T15:42:50.000000Z")]
    [InlineData("13/06/2005 15:42:50", "2005-06-13T15:42:50.000000Z")]
    [InlineData("06/13/2005 15:42:50", "2005-06-13T15:42:50.000000Z")]
    [InlineData("03.06.2005 15:42:50", "2005-06-03T15:42:50.000000Z")]
    [InlineData("1117838570", "2005-06-03T22:42:50.000000Z")]
    [InlineData("1117838570.675", "2005-06-03T22:42:50.675000Z")]
    [InlineData("1117838570675", "2005-06-03T22:42:50.675000Z")]
    [InlineData("Jun  3 15:42:50", "2025-06-03T15:42:50.000000Z")]
    [InlineData("Jan  2 03:04:05", "2026-01-02T03:04:05.000000Z")]
    [InlineData("Dec 31 23:59:59", "2025-12-31T23:59:59.000000Z")]
    [InlineData("03-17 16:13:38.811", "2025-03-17T16:13:38.811000Z")]
    [InlineData("10.30 16:49:06", "2025-10-30T16:49:06.000000Z")]
    [InlineData("02:00:00.5", "2026-01-02T02:00:00.500000Z")]
    [InlineData("23:00:00", "2026-01-01T23:00:00.000000Z")]
    [InlineData("2016-12-31T23:59:60Z", "2016-12-31T23:59:59.000000Z")]
    public void SpellingIsRead(string text, string expected)
    {
        Assert.True(TryRead(text, "", out var match), "no time found");
        Assert.Equal(expected, Rfc3339.Format(match.UnixUs));
        Assert.Equal(text.Length, match.Length);
    }

    [Theory]
    [InlineData("")]
    [InlineData("2005")]
    [InlineData("2005-13-03 15:42:50")]
    [InlineData("2005-02-30 15:42:50")]
    [InlineData("2005-06-03 25:42:50")]
    [InlineData("2005-06-03")]
    [InlineData("10.0.0.1 15:42:50")]
    [InlineData("99999999999")]
    [InlineData("1234567")]
    [InlineData("Junk 3 15:42:50")]
    [InlineData("12:30")]
    [InlineData("192.168.1.1")]
    [InlineData("May I ask")]
    [InlineData("15:42:50abc")]
    public void OtherTextIsNoTime(string text) => Assert.False(TryRead(text, "", out _));

    [Theory]
    [InlineData("2026-01-01 12:00:00", "2026-01-01T11:00:00.000000Z")]
    [InlineData("2025-07-01 12:00:00", "2025-07-01T10:00:00.000000Z")]
    [InlineData("Jul  1 12:00:00", "2025-07-01T10:00:00.000000Z")]
    [InlineData("2025-07-01 12:00:00Z", "2025-07-01T12:00:00.000000Z")]
    [InlineData("2025-03-30 01:59:59", "2025-03-30T00:59:59.000000Z")]
    [InlineData("2025-03-30 03:00:00", "2025-03-30T01:00:00.000000Z")]
    [InlineData("2025-10-26 02:30:00", "2025-10-26T01:30:00.000000Z")]
    public void TimeWithoutZoneIsTheHosts(string text, string expected)
    {
        Assert.True(TryRead(text, "Europe/Berlin", out var match));
        Assert.Equal(expected, Rfc3339.Format(match.UnixUs));
    }

    [Theory]
    [InlineData("../../etc/passwd")]
    [InlineData("/etc/localtime")]
    [InlineData("No/Such")]
    [InlineData("")]
    public void UnknownZoneIsUtc(string zone) => Assert.Equal(0, ZoneClock.Find(zone).ToUnixUs(0));

    [Fact]
    public void ZoneClockAgreesWithTheRuntime()
    {
        foreach (var name in (string[])["Europe/Berlin", "America/New_York", "Asia/Kolkata", "Australia/Lord_Howe", "UTC"])
        {
            var zone = TimeZoneInfo.FindSystemTimeZoneById(name);
            var clock = ZoneClock.Find(name);
            for (var local = new DateTime(2025, 1, 1); local.Year == 2025; local = local.AddMinutes(17))
            {
                var us = (local.Ticks - DateTime.UnixEpoch.Ticks) / 10;
                Assert.Equal(us - (zone.GetUtcOffset(local).Ticks / 10), clock.ToUnixUs(us));
            }
        }
    }

    private static bool TryRead(string text, string zone, out TimeMatch match) => TimeReader.TryRead(
        Encoding.UTF8.GetBytes(text), new LineContext(ZoneClock.Find(zone), Some.Minted, true), out match);
}
