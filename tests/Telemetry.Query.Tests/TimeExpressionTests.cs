namespace Telemetry.Query.Tests;

public sealed class TimeExpressionTests
{
    private const long Second = 1_000_000;

    [Theory]
    [InlineData("now", 0)]
    [InlineData("1h", -3600)]
    [InlineData("15m", -900)]
    [InlineData("7d", -7 * 86400)]
    [InlineData("now-1h", -3600)]
    [InlineData("now-1d+12h", -43200)]
    [InlineData("now/d", -43200)]
    [InlineData("now-1d/d", -43200 - 86400)]
    [InlineData("2026-11-22", -43200)]
    [InlineData("2026-11-22T11:59:59Z", -1)]
    [InlineData("2026-11-22T12:59:59+01:00", -1)]
    [InlineData(" 2026-11-22T06:00:00-06:00 ", 0)]
    public void TimesAreRead(string text, long secondsFromNow)
    {
        Assert.True(TimeExpression.TryParse(text, Some.Now, out var unixUs, out var error), error);
        Assert.Equal(secondsFromNow, (unixUs - Some.Now) / (double)Second);
    }

    [Fact]
    public void MicrosecondsAreKept()
    {
        Assert.True(TimeExpression.TryParse("2026-11-22T12:00:00.123456Z", Some.Now, out var unixUs, out _));
        Assert.Equal(123_456, unixUs - Some.Now);
    }

    [Theory]
    [InlineData("")]
    [InlineData("yesterday")]
    [InlineData("1")]
    [InlineData("5x")]
    [InlineData("-5m")]
    [InlineData("2026-13-01")]
    [InlineData("2026-11-22Z")]
    [InlineData("99999y")]
    [InlineData("now-")]
    public void WhatIsNoTimeSaysWhatIsPossible(string text)
    {
        Assert.False(TimeExpression.TryParse(text, Some.Now, out _, out var error));
        Assert.Contains("is no time; write 15m", error, StringComparison.Ordinal);
    }

    [Fact]
    public void ATimeWithoutZoneIsRefused()
    {
        Assert.False(TimeExpression.TryParse("2026-11-22T12:00:00", Some.Now, out _, out var error));
        Assert.Equal("'2026-11-22T12:00:00' has no zone; add Z for UTC or an offset such as +01:00.", error);
    }
}
