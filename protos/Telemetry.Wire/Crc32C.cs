using System.Buffers.Binary;
using System.Numerics;

namespace Telemetry.Wire;

/// <summary>CRC-32C (Castagnoli, reflected 0x82F63B78), hardware-backed. "123456789" gives E3069283.</summary>
public static class Crc32C
{
    /// <summary>The checksum of <paramref name="data"/>.</summary>
    public static uint Compute(ReadOnlySpan<byte> data) => Append(0, data);

    /// <summary>The checksum of what <paramref name="crc"/> covers followed by <paramref name="data"/>.</summary>
    public static uint Append(uint crc, ReadOnlySpan<byte> data)
    {
        var state = ~crc;
        while (data.Length >= 8)
        {
            state = BitOperations.Crc32C(state, BinaryPrimitives.ReadUInt64LittleEndian(data));
            data = data[8..];
        }

        foreach (var b in data)
        {
            state = BitOperations.Crc32C(state, b);
        }

        return ~state;
    }

    /// <summary>Continues a checksum with one number, little-endian.</summary>
    public static uint Append(uint crc, ulong value) => ~BitOperations.Crc32C(~crc, value);
}
