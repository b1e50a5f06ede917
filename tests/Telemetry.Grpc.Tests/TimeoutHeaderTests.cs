namespace Telemetry.Grpc.Tests;

public class TimeoutHeaderTests
{
    [Theory]
    [InlineData(-5, "1n")]
    [InlineData(0, "1n")]
    [InlineData(1, "100n")]
    [InlineData(10_000, "1000000n")]
    [InlineData(15_000_000, "1500000u")]
    [InlineData(999_999_999, "100000m")]
    [InlineData(1_000_000_001, "100001m")]
    [InlineData(864_000_000_000, "86400000m")]
    public void EncodesInTheFinestUnitRoundingUp(long ticks, string header)
    {
        var encoded = TimeoutHeader.Encode(TimeSpan.FromTicks(ticks));
        Assert.True(TimeoutHeader.TryDecode(encoded, out var decoded));
        Assert.True(encoded.Length <= 9);
        Assert.True(decoded.Ticks >= ticks, $"{encoded} is shorter than asked");
        Assert.True(decoded.Ticks <= Math.Max(1, ticks) * 1.001, $"{encoded} is much longer than asked");
        Assert.Equal(header, encoded);
    }

    [Theory]
    [InlineData("1n", 1)]
    [InlineData("1u", 10)]
    [InlineData("100m", 1_000_000)]
    [InlineData("3S", 30_000_000)]
    [InlineData("2M", 1_200_000_000)]
    [InlineData("1H", 36_000_000_000)]
    [InlineData("99999999S", 999_999_990_000_000)]
    [InlineData("99999999H", 999_999_990_000_000)]
    public void Decodes(string header, long ticks)
    {
        Assert.True(TimeoutHeader.TryDecode(header, out var timeout));
        Assert.Equal(ticks, timeout.Ticks);
    }

    [Theory]
    [InlineData("")]
    [InlineData("n")]
    [InlineData("1")]
    [InlineData("-1S")]
    [InlineData("+1S")]
    [InlineData(" 1S")]
    [InlineData("1.5S")]
    [InlineData("1s")]
    [InlineData("123456789S")]
    [InlineData("0x1S")]
    public void WhatIsNotInTheGrammarIsNoTimeout(string header) => Assert.False(TimeoutHeader.TryDecode(header, out _));
}
