using System.Buffers;
using Telemetry.Wire;

namespace Telemetry.Shipping.Lanes;

/// <summary>
/// The bytes of one batch, with room before them for what differs from call to call, so that a resend copies nothing. Owned by
/// one lane; from <see cref="BatchMessagePool"/>.
/// </summary>
internal sealed class BatchMessage : IBufferWriter<byte>
{
    /// <summary>Tag and length of ShipRequest.batch, tag and value of Batch.number.</summary>
    private const int Room = 32;

    private byte[] _bytes = new byte[16 << 10];
    private int _end = Room;

    /// <summary>The body: header and payload.</summary>
    public ReadOnlyMemory<byte> Body => _bytes.AsMemory(Room, _end - Room);

    public int Capacity => _bytes.Length;

    public void Clear() => _end = Room;

    public void Advance(int count) => _end += count;

    public Memory<byte> GetMemory(int sizeHint = 0)
    {
        Reserve(sizeHint);
        return _bytes.AsMemory(_end);
    }

    public Span<byte> GetSpan(int sizeHint = 0)
    {
        Reserve(sizeHint);
        return _bytes.AsSpan(_end);
    }

    /// <summary>The encoded ShipRequest with the batch under this number; valid until the next call.</summary>
    public ReadOnlyMemory<byte> ToRequest(ulong number)
    {
        Span<byte> head = stackalloc byte[Room];
        head[0] = 2 << 3 | 2;
        var numberBytes = 1 + ProtoWriter.VarintSize(number);
        var at = 1 + ProtoWriter.WriteVarint(head[1..], (ulong)(numberBytes + _end - Room));
        head[at++] = 1 << 3;
        at += ProtoWriter.WriteVarint(head[at..], number);
        head[..at].CopyTo(_bytes.AsSpan(Room - at));
        return _bytes.AsMemory(Room - at, _end - Room + at);
    }

    private void Reserve(int sizeHint)
    {
        var wanted = _end + Math.Max(sizeHint, 1);
        if (wanted > _bytes.Length)
        {
            Array.Resize(ref _bytes, Math.Max(wanted, _bytes.Length * 2));
        }
    }
}
