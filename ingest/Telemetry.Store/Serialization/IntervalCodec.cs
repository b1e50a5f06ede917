using Telemetry.Wire;

namespace Telemetry.Store.Serialization;

/// <summary>Intervals as bytes: for each, varint(first − end of the one before), varint(count).</summary>
internal static class IntervalCodec
{
    public static byte[] Encode(IntervalSet set)
    {
        var buffer = new byte[20 * set.Intervals.Count];
        var at = 0;
        ulong end = 0;
        foreach (var interval in set.Intervals)
        {
            at += ProtoWriter.WriteVarint(buffer.AsSpan(at), interval.First - end);
            at += ProtoWriter.WriteVarint(buffer.AsSpan(at), interval.Count);
            end = interval.End;
        }

        return buffer.AsSpan(0, at).ToArray();
    }

    /// <summary>Throws <see cref="InvalidDataException"/> on bytes that <see cref="Encode"/> did not make.</summary>
    public static IntervalSet Decode(ReadOnlySpan<byte> bytes)
    {
        var set = new IntervalSet();
        ulong end = 0;
        while (!bytes.IsEmpty)
        {
            var first = end + Varint(ref bytes);
            end = first + Varint(ref bytes);
            set.Add(first, end);
        }

        return set;
    }

    private static ulong Varint(ref ReadOnlySpan<byte> bytes)
    {
        ulong value = 0;
        for (var i = 0; i < bytes.Length && i < 10; i++)
        {
            value |= (ulong)(bytes[i] & 0x7F) << (7 * i);
            if (bytes[i] < 0x80)
            {
                bytes = bytes[(i + 1)..];
                return value;
            }
        }

        throw new InvalidDataException("Intervals do not decode.");
    }
}
