using System.Buffers;
using Telemetry.Wire;

namespace Telemetry.Gateway.Ship;

/// <summary>Finds the bytes of a batch body within a batch as it came.</summary>
internal static class EncodedBody
{
    /// <summary>
    /// The body as it was sent. A batch whose encoder ordered its fields otherwise, or added some, is encoded anew, so that
    /// nothing but header and payload reaches the bus.
    /// </summary>
    public static ReadOnlyMemory<byte> Find(ReadOnlyMemory<byte> batch, in BatchBody body)
    {
        var headerField = FieldSize(body.Header.Length);
        var length = headerField + FieldSize(body.Payload.Length);
        if (batch.Length >= length)
        {
            // Header and payload are slices of the batch: the body is its end when they lie where its layout has them.
            var tail = batch[^length..];
            if (tail.Span[0] == 0x12 && tail.Span[headerField] == 0x1A
                && IsSlice(tail, headerField - body.Header.Length, body.Header)
                && IsSlice(tail, length - body.Payload.Length, body.Payload))
            {
                return tail;
            }
        }

        var output = new ArrayBufferWriter<byte>(length);
        body.Write(output);
        return output.WrittenMemory;
    }

    private static int FieldSize(int length) => 1 + ProtoWriter.VarintSize((uint)length) + length;

    private static bool IsSlice(ReadOnlyMemory<byte> outer, int offset, ReadOnlyMemory<byte> inner) =>
        outer.Span.Slice(offset, inner.Length) == inner.Span;
}
