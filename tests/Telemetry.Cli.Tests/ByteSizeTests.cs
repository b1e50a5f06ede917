using Telemetry.Cli.Configuration;

namespace Telemetry.Cli.Tests;

public sealed class ByteSizeTests
{
    [Theory]
    [InlineData("0", 0, "0B")]
    [InlineData("512", 512, "512B")]
    [InlineData("64KiB", 65_536, "64KiB")]
    [InlineData("64MiB", 67_108_864, "64MiB")]
    [InlineData("64m", 67_108_864, "64MiB")]
    [InlineData("20 GiB", 21_474_836_480, "20GiB")]
    [InlineData("1025KiB", 1_049_600, "1025KiB")]
    public void SizesAreReadAndPrinted(string text, long bytes, string printed)
    {
        Assert.True(ByteSize.TryParse(text, out var size));
        Assert.Equal(bytes, size.Bytes);
        Assert.Equal(printed, size.ToString());
    }

    [Theory]
    [InlineData("")]
    [InlineData("GiB")]
    [InlineData("-1GiB")]
    [InlineData("1.5GiB")]
    [InlineData("20GB")]
    [InlineData("99999999999TiB")]
    public void OtherTextsAreRefused(string text) => Assert.False(ByteSize.TryParse(text, out _));
}
