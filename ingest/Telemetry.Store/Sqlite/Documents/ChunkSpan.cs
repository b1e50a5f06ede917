using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;

namespace Telemetry.Store.Sqlite.Documents;

/// <summary>Reads the primitives of the chunk formats. Whatever does not fit throws a <see cref="StoreException"/> of damage.</summary>
internal ref struct ChunkSpan(ReadOnlySpan<byte> bytes)
{
    private readonly ReadOnlySpan<byte> _bytes = bytes;

    public int At { get; private set; }

    public readonly int Left => _bytes.Length - At;

    public byte Byte()
    {
        if (At >= _bytes.Length)
        {
            Fail();
        }

        return _bytes[At++];
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public ulong Varint()
    {
        if (At < _bytes.Length && _bytes[At] < 0x80)
        {
            return _bytes[At++];
        }

        return LongVarint();
    }

    public long Zigzag()
    {
        var value = Varint();
        return (long)(value >> 1) ^ -(long)(value & 1);
    }

    /// <summary>A varint that is at most <paramref name="limit"/>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public int Count(int limit)
    {
        var value = Varint();
        if (value > (ulong)limit)
        {
            Fail();
        }

        return (int)value;
    }

    public ReadOnlySpan<byte> Bytes(int count)
    {
        if (count > Left)
        {
            Fail();
        }

        var bytes = _bytes.Slice(At, count);
        At += count;
        return bytes;
    }

    [DoesNotReturn]
    public static void Fail() => throw StoreException.Damage("a chunk is damaged");

    private ulong LongVarint()
    {
        ulong value = 0;
        for (var shift = 0; shift < 64; shift += 7)
        {
            var b = Byte();
            value |= (ulong)(b & 0x7F) << shift;
            if (b < 0x80)
            {
                return value;
            }
        }

        Fail();
        return 0;
    }
}
