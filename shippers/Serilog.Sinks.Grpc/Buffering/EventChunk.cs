using System.Buffers.Binary;

namespace Serilog.Sinks.Grpc.Buffering;

/// <summary>
/// Encoded events one after another, each after its length; a negative number in place of a length is how many events were dropped
/// there.
/// </summary>
internal sealed class EventChunk(int capacity)
{
    private const int Prefix = sizeof(int);

    /// <summary>Pinned, so that the collector never copies what waits: that would take the memory twice.</summary>
    private readonly byte[] _bytes = GC.AllocateUninitializedArray<byte>(capacity, pinned: true);

    public int Length { get; private set; }

    /// <summary>Events in it.</summary>
    public int Count { get; private set; }

    public int Capacity => _bytes.Length;

    public bool IsEmpty => Length == 0;

    /// <summary>Bytes that an event of so many takes.</summary>
    public static int SizeOf(int lineBytes) => Prefix + lineBytes;

    public bool Fits(int size) => Length + size <= _bytes.Length;

    public void Add(ReadOnlySpan<byte> line)
    {
        BinaryPrimitives.WriteInt32LittleEndian(_bytes.AsSpan(Length), line.Length);
        line.CopyTo(_bytes.AsSpan(Length + Prefix));
        Length += Prefix + line.Length;
        Count++;
    }

    public void AddDropped(int count)
    {
        BinaryPrimitives.WriteInt32LittleEndian(_bytes.AsSpan(Length), -count);
        Length += Prefix;
    }

    /// <summary>Walks what is in it. <paramref name="at"/> begins at 0.</summary>
    public bool TryRead(ref int at, out ReadOnlySpan<byte> line, out int dropped)
    {
        line = default;
        dropped = 0;
        if (at >= Length)
        {
            return false;
        }

        var number = BinaryPrimitives.ReadInt32LittleEndian(_bytes.AsSpan(at));
        at += Prefix;
        if (number < 0)
        {
            dropped = -number;
            return true;
        }

        line = _bytes.AsSpan(at, number);
        at += number;
        return true;
    }

    public void Clear() => (Length, Count) = (0, 0);
}
