using System.Buffers;
using System.IO.Compression;

namespace Telemetry.Wire;

/// <summary>
/// Compresses and checksums raw records into a batch body. One instance per thread: it keeps its buffers.
/// </summary>
/// <param name="compresses">False leaves the records as they are.</param>
public sealed class BatchPacker(bool compresses = true)
{
    private const int BrotliQuality = 1;
    private const int BrotliWindow = 18;

    /// <summary>Content smaller than this is not worth compressing.</summary>
    private const int MinCompressBytes = 256;

    private readonly ArrayBufferWriter<byte> _header = new(256);
    private byte[] _payload = [];

    /// <summary>
    /// Packs <paramref name="raw"/> (an encoded <c>telemetry.v1.Records</c>) and appends the batch body to
    /// <paramref name="output"/>. The runs count the records in their order. Returns the header.
    /// </summary>
    public BatchHeader Pack(LifetimeId lifetime, Lane lane, IReadOnlyList<Run> runs, ReadOnlySpan<byte> raw,
        IBufferWriter<byte> output)
    {
        var payload = Compress(raw, out var compression);
        var count = 0;
        for (var i = 0; i < runs.Count; i++)
        {
            count += (int)runs[i].Count;
        }

        var header = new BatchHeader(lifetime, lane, compression, Crc32C.Compute(payload), Crc32C.Compute(raw),
            raw.Length, count, runs);
        _header.ResetWrittenCount();
        header.Write(_header);
        ProtoWriter.Bytes(output, 2, _header.WrittenSpan);
        ProtoWriter.Bytes(output, 3, payload);
        return header;
    }

    private ReadOnlySpan<byte> Compress(ReadOnlySpan<byte> raw, out Compression compression)
    {
        compression = Compression.None;
        if (!compresses || raw.Length < MinCompressBytes)
        {
            return raw;
        }

        var bound = BrotliEncoder.GetMaxCompressedLength(raw.Length);
        if (_payload.Length < bound)
        {
            _payload = new byte[bound];
        }

        if (!BrotliEncoder.TryCompress(raw, _payload, out var written, BrotliQuality, BrotliWindow)
            || written >= raw.Length)
        {
            return raw;
        }

        compression = Compression.Brotli;
        return _payload.AsSpan(0, written);
    }
}
