using System.Buffers;
using System.Buffers.Binary;

namespace Telemetry.Wire;

/// <summary>
/// The few encodings of Protocol Buffers that the hot path needs (developers.google.com/protocol-buffers/docs/encoding).
/// Default values are written by the caller's choice: generated messages omit them, and so do our writers.
/// </summary>
public static class ProtoWriter
{
    /// <summary>Bytes of a varint.</summary>
    public static int VarintSize(ulong value) => (63 - System.Numerics.BitOperations.LeadingZeroCount(value | 1)) / 7 + 1;

    /// <summary>Writes a varint into <paramref name="destination"/>, at most 10 bytes; returns its size.</summary>
    public static int WriteVarint(Span<byte> destination, ulong value)
    {
        var i = 0;
        while (value >= 0x80)
        {
            destination[i++] = (byte)(value | 0x80);
            value >>= 7;
        }

        destination[i++] = (byte)value;
        return i;
    }

    /// <summary>Writes tag and varint unless the value is 0.</summary>
    public static void Varint(IBufferWriter<byte> output, int field, ulong value)
    {
        if (value != 0)
        {
            var span = output.GetSpan(15);
            var n = WriteVarint(span, (uint)field << 3);
            output.Advance(n + WriteVarint(span[n..], value));
        }
    }

    /// <summary>Writes tag and 8 little-endian bytes unless the value is 0.</summary>
    public static void Fixed64(IBufferWriter<byte> output, int field, ulong value)
    {
        if (value != 0)
        {
            var span = output.GetSpan(13);
            var n = WriteVarint(span, (uint)field << 3 | 1);
            BinaryPrimitives.WriteUInt64LittleEndian(span[n..], value);
            output.Advance(n + 8);
        }
    }

    /// <summary>Writes tag and 4 little-endian bytes unless the value is 0.</summary>
    public static void Fixed32(IBufferWriter<byte> output, int field, uint value)
    {
        if (value != 0)
        {
            var span = output.GetSpan(9);
            var n = WriteVarint(span, (uint)field << 3 | 5);
            BinaryPrimitives.WriteUInt32LittleEndian(span[n..], value);
            output.Advance(n + 4);
        }
    }

    /// <summary>Writes tag and length of a field whose bytes the caller writes next.</summary>
    public static void Length(IBufferWriter<byte> output, int field, int length)
    {
        var span = output.GetSpan(10);
        var n = WriteVarint(span, (uint)field << 3 | 2);
        output.Advance(n + WriteVarint(span[n..], (uint)length));
    }

    /// <summary>Writes a length-delimited field, also when it is empty.</summary>
    public static void Bytes(IBufferWriter<byte> output, int field, ReadOnlySpan<byte> value)
    {
        Length(output, field, value.Length);
        output.Write(value);
    }
}
