using System.Buffers;

namespace Telemetry.Grpc;

/// <summary>Finds messages in a byte stream. The borders of DATA frames mean nothing (PROTOCOL-HTTP2.md, "Data Frames").</summary>
internal static class MessageFraming
{
    /// <summary>
    /// Looks for one message at the beginning of <paramref name="buffer"/> and cuts it off. The fault is OK unless the
    /// prefix is refused, which is known before the message itself has arrived.
    /// </summary>
    public static bool TryRead(ref ReadOnlySequence<byte> buffer, int maxReceiveBytes,
        out ReadOnlySequence<byte> message, out GrpcStatus fault)
    {
        message = default;
        fault = GrpcStatus.Ok;
        if (buffer.Length < MessagePrefix.Size)
        {
            return false;
        }

        Span<byte> bytes = stackalloc byte[MessagePrefix.Size];
        buffer.Slice(0, MessagePrefix.Size).CopyTo(bytes);
        var prefix = MessagePrefix.Read(bytes);
        fault = prefix.Check(maxReceiveBytes);
        if (!fault.IsOk || buffer.Length - MessagePrefix.Size < prefix.Length)
        {
            return false;
        }

        message = buffer.Slice(MessagePrefix.Size, prefix.Length);
        buffer = buffer.Slice(message.End);
        return true;
    }
}
