namespace Telemetry.Grpc.Tests;

public class MetadataTests
{
    [Fact]
    public void BytesComeBackHoweverTheyArePadded()
    {
        byte[][] values = [[], [1], [1, 2], [1, 2, 3], [0xAB, 0xAB, 0xAB, 0xFF]];
        foreach (var value in values)
        {
            var unpadded = BinaryMetadata.Encode(value);
            Assert.DoesNotContain('=', unpadded);
            foreach (var text in new[] { unpadded, Convert.ToBase64String(value), "AAAA, " + unpadded })
            {
                Assert.True(BinaryMetadata.TryDecodeLast(text, out var decoded));
                Assert.Equal(value, decoded);
            }
        }
    }

    [Theory]
    [InlineData("A")]
    [InlineData("!!!!")]
    [InlineData("AAAAA")]
    public void BytesThatAreNoBase64AreNone(string text) => Assert.False(BinaryMetadata.TryDecodeLast(text, out _));

    [Theory]
    [InlineData("")]
    [InlineData("Upper")]
    [InlineData("a b")]
    [InlineData(":path")]
    [InlineData("grpc-status")]
    [InlineData("grpc-anything")]
    [InlineData("content-type")]
    [InlineData("te")]
    public void ReservedAndInvalidNamesAreRefused(string name) =>
        Assert.Throws<ArgumentException>(() => new Metadata().Add(name, "x"));

    [Fact]
    public void TextAndBytesHaveNamesOfTheirOwn()
    {
        var metadata = new Metadata();
        Assert.Throws<ArgumentException>(() => metadata.Add("a-bin", "text"));
        Assert.Throws<ArgumentException>(() => metadata.Add("a", [1]));
        Assert.Throws<ArgumentException>(() => metadata.Add("a", "line\nfeed"));
        metadata.Add("a", "1");
        metadata.Add("a", "2");
        Assert.Equal("2", metadata.Get("A"));
        Assert.Equal(2, metadata.Count);
    }
}
