using System.Buffers;

namespace Telemetry.Wire.Tests;

/// <summary>
/// <c>golden/v1/batch.bin</c> was written by version 0.1.0: the batch body of three lines, brotli. Every later version must read
/// it. It is never written again: a new format gets a new folder.
/// </summary>
public class GoldenWireTests
{
    private static readonly string[] Lines =
        [.. Enumerable.Range(0, 40).Select(i => $"2026-01-02T03:04:05Z INFO request {i} served")];

    [Fact]
    public void BatchOfVersion1IsRead()
    {
        var body = File.ReadAllBytes(Path.Combine(AppContext.BaseDirectory, "golden", "v1", "batch.bin"));
        Assert.True(BatchBody.TryRead(body, out var parts, out _));
        Assert.True(BatchHeader.TryRead(parts.Header.Span, out var header, out _));
        Assert.Equal([Some.Run(first: 100, count: 40)], header.Runs);
        Assert.Equal((Some.Lifetime, Lane.Bulk, Compression.Brotli), (header.Lifetime, header.Lane, header.Compression));
        Assert.Equal(UnpackResult.Ok, new BatchUnpacker().Unpack(header, parts.Payload.Span, out var raw));
        Assert.Equal(Some.Lines(Lines), raw.ToArray());
    }

    [Fact]
    public void HeaderBytesAreAsApproved()
    {
        var output = new ArrayBufferWriter<byte>();
        new BatchHeader(Some.Lifetime, Lane.Bulk, Compression.None, 1, 2, 3, 3, [Some.Run()]).Write(output);
        Approved.Matches("header.hex", Convert.ToHexString(output.WrittenSpan) + "\n");
    }
}
