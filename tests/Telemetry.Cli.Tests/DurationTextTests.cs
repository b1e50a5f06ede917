using Telemetry.Cli.Configuration;

namespace Telemetry.Cli.Tests;

public sealed class DurationTextTests
{
    [Theory]
    [InlineData("250ms", 250, "250ms")]
    [InlineData("5s", 5_000, "5s")]
    [InlineData("120s", 120_000, "2m")]
    [InlineData("24h", 86_400_000, "1d")]
    [InlineData("7d", 604_800_000, "7d")]
    [InlineData("0s", 0, "0ms")]
    public void DurationsAreReadAndPrinted(string text, long milliseconds, string printed)
    {
        Assert.True(DurationText.TryParse(text, out var duration));
        Assert.Equal(milliseconds, duration.TotalMilliseconds);
        Assert.Equal(printed, DurationText.Format(duration));
    }

    [Theory]
    [InlineData("")]
    [InlineData("7")]
    [InlineData("d")]
    [InlineData("-7d")]
    [InlineData("7 weeks")]
    [InlineData("99999999d")]
    public void OtherTextsAreRefused(string text) => Assert.False(DurationText.TryParse(text, out _));
}
