using System.Buffers;
using System.IO.Compression;

namespace Telemetry.Wire;

/// <summary>Inflates into a buffer of the size that was announced and not a byte further.</summary>
public static class BoundedInflater
{
    /// <summary>True when <paramref name="payload"/> inflates to exactly <paramref name="raw"/>. Does not throw.</summary>
    public static bool TryInflate(Compression compression, ReadOnlySpan<byte> payload, Span<byte> raw)
    {
        switch (compression)
        {
            case Compression.None when payload.Length == raw.Length:
                payload.CopyTo(raw);
                return true;
            case Compression.Brotli:
                using (var decoder = default(BrotliDecoder))
                {
                    return decoder.Decompress(payload, raw, out var consumed, out var written) == OperationStatus.Done
                        && consumed == payload.Length && written == raw.Length;
                }

            default:
                return false;
        }
    }
}
