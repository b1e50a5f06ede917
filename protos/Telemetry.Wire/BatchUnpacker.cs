namespace Telemetry.Wire;

/// <summary>What unpacking a payload came to.</summary>
public enum UnpackResult : byte
{
    /// <summary>The raw records are there.</summary>
    Ok,

    /// <summary>The payload does not match its CRC-32C.</summary>
    Checksum,

    /// <summary>The payload inflates to another size than the header says, or not at all.</summary>
    Content,

    /// <summary>The content does not match its CRC-32C.</summary>
    RawChecksum,
}

/// <summary>Verifies and inflates payloads into a buffer it keeps. One instance per thread.</summary>
public sealed class BatchUnpacker
{
    private byte[] _raw = [];

    /// <summary>
    /// Verifies <paramref name="payload"/> and returns its content, valid until the next call. Never allocates more than
    /// <see cref="WireLimits.MaxRawBytes"/>. Does not throw.
    /// </summary>
    public UnpackResult Unpack(BatchHeader header, ReadOnlySpan<byte> payload, out ReadOnlyMemory<byte> raw)
    {
        raw = default;
        if (Crc32C.Compute(payload) != header.PayloadCrc32C)
        {
            return UnpackResult.Checksum;
        }

        if (_raw.Length < header.RawSize)
        {
            _raw = new byte[Math.Max(header.RawSize, 64 << 10)];
        }

        if (!BoundedInflater.TryInflate(header.Compression, payload, _raw.AsSpan(0, header.RawSize)))
        {
            return UnpackResult.Content;
        }

        raw = _raw.AsMemory(0, header.RawSize);
        return Crc32C.Compute(raw.Span) == header.RawCrc32C ? UnpackResult.Ok : UnpackResult.RawChecksum;
    }
}
