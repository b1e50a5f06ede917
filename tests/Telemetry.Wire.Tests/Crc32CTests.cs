using Telemetry.Wire;

namespace Telemetry.Wire.Tests;

public class Crc32CTests
{
    [Fact]
    public void CheckValueOfTheCatalogueIsMet() => Assert.Equal(0xE3069283u, Crc32C.Compute("123456789"u8));

    [Fact]
    public void AppendingInPiecesEqualsTheWhole() =>
        Assert.Equal(Crc32C.Compute("abcdefghijklmnop"u8), Crc32C.Append(Crc32C.Compute("abcdefghijk"u8), "lmnop"u8));
}
