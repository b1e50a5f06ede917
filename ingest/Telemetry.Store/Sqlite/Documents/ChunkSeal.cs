using System.Buffers.Binary;
using Telemetry.Wire;

namespace Telemetry.Store.Sqlite.Documents;

/// <summary>
/// From format 2 on, chunks and parts of term indexes end with their CRC-32C, little-endian: SQLite does not see damage within a
/// blob, and packed text that was damaged may well unpack to another one.
/// </summary>
internal static class ChunkSeal
{
    /// <summary>First version of a partition whose blobs are sealed.</summary>
    public const int FirstVersion = 2;

    private const int Bytes = sizeof(uint);

    public static void Write(ReadOnlySpan<byte> content, ByteList target)
    {
        target.Clear();
        target.Add(content);
        BinaryPrimitives.WriteUInt32LittleEndian(target.Reserve(Bytes), Crc32C.Compute(content));
    }

    /// <summary>The content. Throws a <see cref="StoreException"/> of damage when it is not what was written.</summary>
    public static ReadOnlySpan<byte> Open(ReadOnlySpan<byte> blob)
    {
        if (blob.Length < Bytes
            || BinaryPrimitives.ReadUInt32LittleEndian(blob[^Bytes..]) != Crc32C.Compute(blob[..^Bytes]))
        {
            ChunkSpan.Fail();
        }

        return blob[..^Bytes];
    }
}
