using System.Buffers.Binary;
using System.Numerics;

namespace Telemetry.Store.Sqlite.Documents;

/// <summary>Growing bytes with the primitives of the chunk formats. Keeps its memory when cleared.</summary>
internal sealed class ByteList
{
    private byte[] _bytes = [];

    public int Length { get; private set; }

    public int Capacity => _bytes.Length;

    public Span<byte> Written => _bytes.AsSpan(0, Length);

    public void Clear() => Length = 0;

    public void Release() => (_bytes, Length) = ([], 0);

    public void Truncate(int length) => Length = length;

    public void Add(byte value) => Reserve(1)[0] = value;

    /// <summary>Appends and says where.</summary>
    public int Add(ReadOnlySpan<byte> bytes)
    {
        var start = Length;
        bytes.CopyTo(Reserve(bytes.Length));
        return start;
    }

    public void AddVarint(ulong value)
    {
        while (value >= 0x80)
        {
            Add((byte)(value | 0x80));
            value >>= 7;
        }

        Add((byte)value);
    }

    public void AddZigzag(long value) => AddVarint((ulong)(value << 1 ^ value >> 63));

    public void AddUInt16(ushort value) => BinaryPrimitives.WriteUInt16LittleEndian(Reserve(2), value);

    /// <summary>Makes room at the end and counts it as written.</summary>
    public Span<byte> Reserve(int count)
    {
        var needed = checked(Length + count);
        if (needed > _bytes.Length)
        {
            Array.Resize(ref _bytes, (int)Math.Min(Array.MaxLength, Math.Max(256, BitOperations.RoundUpToPowerOf2((uint)needed))));
        }

        var room = _bytes.AsSpan(Length, count);
        Length = needed;
        return room;
    }

    public ReadOnlySpan<byte> Slice(int start, int length) => _bytes.AsSpan(start, length);
}
