using System.Buffers;

namespace Telemetry.Grpc.Tests;

public class FramingTests
{
    [Fact]
    public void MessagesAreFoundWhereverTheBytesAreSplit()
    {
        byte[] stream = [0, 0, 0, 0, 3, 1, 2, 3, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 9];
        for (var split = 0; split <= stream.Length; split++)
        {
            var buffer = InTwo(stream, split);
            Assert.Equal([1, 2, 3], Next(ref buffer));
            Assert.Equal([], Next(ref buffer));
            Assert.Equal([9], Next(ref buffer));
            Assert.True(buffer.IsEmpty);
        }
    }

    [Fact]
    public void AnyPrefixOfAMessageIsIncompleteWithoutFault()
    {
        byte[] stream = [0, 0, 0, 0, 3, 1, 2, 3];
        for (var length = 0; length < stream.Length; length++)
        {
            var buffer = new ReadOnlySequence<byte>(stream, 0, length);
            Assert.False(MessageFraming.TryRead(ref buffer, 100, out _, out var fault));
            Assert.True(fault.IsOk);
            Assert.Equal(length, buffer.Length);
        }
    }

    [Theory]
    [InlineData(new byte[] { 2, 0, 0, 0, 0 }, StatusCode.Internal)]
    [InlineData(new byte[] { 255, 0, 0, 0, 0 }, StatusCode.Internal)]
    [InlineData(new byte[] { 1, 0, 0, 0, 0 }, StatusCode.Internal)]
    [InlineData(new byte[] { 0, 0xFF, 0xFF, 0xFF, 0xFF }, StatusCode.ResourceExhausted)]
    [InlineData(new byte[] { 0, 0x80, 0, 0, 0 }, StatusCode.ResourceExhausted)]
    [InlineData(new byte[] { 0, 0, 0, 0, 101 }, StatusCode.ResourceExhausted)]
    public void BadPrefixIsAFaultBeforeTheMessageIsThere(byte[] prefix, StatusCode code)
    {
        var buffer = new ReadOnlySequence<byte>(prefix);
        Assert.False(MessageFraming.TryRead(ref buffer, 100, out _, out var fault));
        Assert.Equal(code, fault.Code);
    }

    private static byte[] Next(ref ReadOnlySequence<byte> buffer)
    {
        Assert.True(MessageFraming.TryRead(ref buffer, 100, out var message, out _));
        return message.ToArray();
    }

    private static ReadOnlySequence<byte> InTwo(byte[] bytes, int at)
    {
        var first = new Segment(bytes.AsMemory(0, at), 0, null);
        var second = new Segment(bytes.AsMemory(at), at, first);
        return new(first, 0, second, bytes.Length - at);
    }

    private sealed class Segment : ReadOnlySequenceSegment<byte>
    {
        public Segment(ReadOnlyMemory<byte> memory, long index, Segment? before)
        {
            Memory = memory;
            RunningIndex = index;
            before?.Next = this;
        }
    }
}
