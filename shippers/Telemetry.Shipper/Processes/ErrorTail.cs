namespace Telemetry.Shipper.Processes;

/// <summary>The last 64 KiB that passed. Fed by one thread, read by another after it.</summary>
internal sealed class ErrorTail
{
    public const int MaxBytes = 64 << 10;

    private readonly Lock _gate = new();
    private readonly byte[] _ring = new byte[MaxBytes];

    /// <summary>Bytes that passed in all.</summary>
    public long Total { get; private set; }

    public void Append(ReadOnlySpan<byte> bytes)
    {
        lock (_gate)
        {
            Total += bytes.Length;
            bytes = bytes[Math.Max(0, bytes.Length - MaxBytes)..];
            var at = (int)((Total - bytes.Length) % MaxBytes);
            var first = Math.Min(bytes.Length, MaxBytes - at);
            bytes[..first].CopyTo(_ring.AsSpan(at));
            bytes[first..].CopyTo(_ring);
        }
    }

    public byte[] ToArray()
    {
        lock (_gate)
        {
            if (Total <= MaxBytes)
            {
                return _ring[..(int)Total];
            }

            var at = (int)(Total % MaxBytes);
            return [.. _ring.AsSpan(at), .. _ring.AsSpan(0, at)];
        }
    }
}
