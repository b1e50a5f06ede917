using System.Buffers;

namespace Telemetry.Wire;

/// <summary>
/// A <c>telemetry.v1.Batch</c> without its number, so the same bytes on the wire, in the bus and on disk:
/// <code>
/// 12 varint(header length)  header     telemetry.v1.BatchHeader
/// 1a varint(payload length) payload    telemetry.v1.Records, compressed as the header says
/// </code>
/// On the wire the number (field 1) is written before it.
/// </summary>
public readonly record struct BatchBody(ReadOnlyMemory<byte> Header, ReadOnlyMemory<byte> Payload)
{
    /// <summary>Appends the encoded body.</summary>
    public void Write(IBufferWriter<byte> output)
    {
        ProtoWriter.Bytes(output, 2, Header.Span);
        ProtoWriter.Bytes(output, 3, Payload.Span);
    }

    /// <summary>
    /// Finds header and payload in an encoded body or batch; both point into <paramref name="input"/>. The number is 0
    /// when there is none. Does not throw.
    /// </summary>
    public static bool TryRead(ReadOnlyMemory<byte> input, out BatchBody body, out ulong number)
    {
        ReadOnlyMemory<byte> header = default, payload = default;
        number = 0;
        var reader = new ProtoReader(input.Span);
        while (reader.Next())
        {
            var end = input.Length - reader.Remaining;
            switch (reader.Field, reader.WireType)
            {
                case (1, 0): number = reader.Number; break;
                case (2, 2): header = input[(end - reader.Bytes.Length)..end]; break;
                case (3, 2): payload = input[(end - reader.Bytes.Length)..end]; break;
            }
        }

        body = new BatchBody(header, payload);
        return !reader.Failed && !header.IsEmpty;
    }
}
