using System.Buffers;

namespace Telemetry.Wire.Tests;

public class BatchTests
{
    [Fact]
    public void WhatWasPackedIsUnpacked()
    {
        var raw = Some.Lines([.. Enumerable.Range(0, 500).Select(i => $"line {i} of a log that repeats itself")]);
        var (packed, body) = Some.Batch(raw, Some.Run(count: 500));
        Assert.True(BatchBody.TryRead(body, out var parts, out _));
        Assert.True(BatchHeader.TryRead(parts.Header.Span, out var header, out _));
        Assert.Equal(Compression.Brotli, header.Compression);
        Assert.Equal(packed.RawCrc32C, header.RawCrc32C);
        Assert.Equal(UnpackResult.Ok, new BatchUnpacker().Unpack(header, parts.Payload.Span, out var unpacked));
        Assert.Equal(raw, unpacked.ToArray());
    }

    [Fact]
    public void RecordsComeBackInOrder()
    {
        var reader = new RecordsReader(Some.Lines("a", "", "c\0\n\u2028"));
        var lines = new List<string>();
        while (reader.Next())
        {
            lines.Add(System.Text.Encoding.UTF8.GetString(reader.Body));
        }

        Assert.False(reader.Failed);
        Assert.Equal(["a", "", "c\0\n\u2028"], lines);
    }

    [Fact]
    public void EveryFlippedBitOfAPayloadIsNoticed()
    {
        var (_, body) = Some.Batch(Some.Lines("hello", "autopsy", "!"), Some.Run());
        Assert.True(BatchBody.TryRead(body, out var parts, out _));
        Assert.True(BatchHeader.TryRead(parts.Header.Span, out var header, out _));
        var payload = parts.Payload.ToArray();
        for (var bit = 0; bit < payload.Length * 8; bit++)
        {
            payload[bit / 8] ^= (byte)(1 << (bit % 8));
            Assert.Equal(UnpackResult.Checksum, new BatchUnpacker().Unpack(header, payload, out _));
            payload[bit / 8] ^= (byte)(1 << (bit % 8));
        }
    }

    [Fact]
    public void APayloadThatInflatesFurtherThanAnnouncedIsRefused()
    {
        var raw = new byte[1 << 20];
        var (header, body) = Some.Batch(raw, Some.Run(count: 1));
        Assert.True(BatchBody.TryRead(body, out var parts, out _));
        var lying = header with { RawSize = 4096 };
        Assert.Equal(UnpackResult.Content, new BatchUnpacker().Unpack(lying, parts.Payload.Span, out _));
    }

    [Theory]
    [InlineData(HeaderFault.Lane, 3)]
    [InlineData(HeaderFault.Lane, 0)]
    public void UnknownLanesAreNamed(HeaderFault expected, int lane)
    {
        var header = new BatchHeader(Some.Lifetime, (Lane)lane, Compression.None, 0, 0, 0, 3, [Some.Run()]);
        Assert.Equal(expected, Refusal(header).Fault);
    }

    [Fact]
    public void HugeClaimsAreRefused()
    {
        var header = new BatchHeader(
            Some.Lifetime, Lane.Bulk, Compression.None, 0, 0, int.MaxValue, 3, [Some.Run()]);
        Assert.Equal(HeaderFault.Size, Refusal(header).Fault);
    }

    [Fact]
    public void RunsThatDoNotAddUpAreRefused()
    {
        var header = new BatchHeader(Some.Lifetime, Lane.Bulk, Compression.None, 0, 0, 10, 4, [Some.Run(count: 3)]);
        var problem = Refusal(header);
        Assert.Equal(HeaderFault.Decoding, problem.Fault);
        Assert.Equal("The runs count 3 records, the header 4.", problem.Detail);
    }

    [Fact]
    public void ARunMayNotCountPastTheLastNumber()
    {
        var header = new BatchHeader(
            Some.Lifetime, Lane.Bulk, Compression.None, 0, 0, 10, 3, [Some.Run(first: ulong.MaxValue - 1)]);
        Assert.Equal(HeaderFault.Decoding, Refusal(header).Fault);
    }

    [Fact]
    public void RubbishNeverThrows()
    {
        var random = new Random(4711);
        var unpacker = new BatchUnpacker();
        for (var i = 0; i < 20_000; i++)
        {
            var bytes = Mutated(random);
            if (BatchBody.TryRead(bytes, out var parts, out _)
                && BatchHeader.TryRead(parts.Header.Span, out var header, out _))
            {
                unpacker.Unpack(header, parts.Payload.Span, out _);
            }

            var reader = new RecordsReader(bytes);
            while (reader.Next())
            {
            }
        }
    }

    [Fact]
    public void WritingAndReadingLinesAllocatesNothing()
    {
        var output = new ArrayBufferWriter<byte>(1 << 16);
        WriteAndRead(output);
        output.ResetWrittenCount();
        var before = GC.GetAllocatedBytesForCurrentThread();
        WriteAndRead(output);
        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
    }

    private static void WriteAndRead(ArrayBufferWriter<byte> output)
    {
        for (var i = 0; i < 100; i++)
        {
            RecordsWriter.Line(output, "a line of a log"u8);
        }

        var reader = new RecordsReader(output.WrittenSpan);
        while (reader.Next())
        {
        }
    }

    private static byte[] Mutated(Random random)
    {
        var (_, body) = Some.Batch(Some.Lines("hello", "autopsy", "!"), Some.Run());
        for (var n = random.Next(1, 8); n > 0; n--)
        {
            body[random.Next(body.Length)] = (byte)random.Next(256);
        }

        return body[..random.Next(body.Length + 1)];
    }

    private static HeaderProblem Refusal(BatchHeader header)
    {
        var output = new ArrayBufferWriter<byte>();
        header.Write(output);
        Assert.False(BatchHeader.TryRead(output.WrittenSpan, out _, out var problem));
        return problem;
    }
}
