namespace Telemetry.Store.Elasticsearch.Writing;

/// <summary>Bytes that grow at their end; used again, so that filling allocates nothing. Not thread-safe.</summary>
internal sealed class ByteBuffer(int capacity)
{
    private byte[] _bytes = new byte[capacity];

    /// <summary>Bytes written.</summary>
    public int Length { get; private set; }

    /// <summary>Bytes allocated.</summary>
    public int Capacity => _bytes.Length;

    /// <summary>What was written.</summary>
    public ReadOnlySpan<byte> Span => _bytes.AsSpan(0, Length);

    /// <summary>A part of what was written; valid until the next write.</summary>
    public ReadOnlyMemory<byte> Slice(int from, int to) => _bytes.AsMemory(from..to);

    /// <summary>Room for at least so many bytes more.</summary>
    public Span<byte> Reserve(int bytes)
    {
        if (_bytes.Length - Length < bytes)
        {
            Array.Resize(ref _bytes, (int)Math.Min(Array.MaxLength, Math.Max(_bytes.Length * 2L, (long)Length + bytes)));
        }

        return _bytes.AsSpan(Length);
    }

    /// <summary>Takes bytes of the reserved room as written.</summary>
    public void Advance(int bytes) => Length += bytes;

    public void Append(ReadOnlySpan<byte> bytes)
    {
        bytes.CopyTo(Reserve(bytes.Length));
        Length += bytes.Length;
    }

    public void Append(byte value)
    {
        Reserve(1)[0] = value;
        Length++;
    }

    /// <summary>Moves a part towards the front; both as offsets.</summary>
    public void Move(int from, int to, int destination) => _bytes.AsSpan(from..to).CopyTo(_bytes.AsSpan(destination));

    /// <summary>Forgets what lies behind.</summary>
    public void Truncate(int length) => Length = length;
}
