using System.Buffers.Binary;

namespace Telemetry.Grpc;

/// <summary>
/// The five bytes before each message (PROTOCOL-HTTP2.md, "Length-Prefixed-Message"):
/// <code>
/// 00                 1 when the message is compressed with the call's grpc-encoding, else 0
/// 00 00 00 03        length of the message, big-endian
/// </code>
/// </summary>
internal readonly record struct MessagePrefix(byte Flag, uint Length)
{
    /// <summary>Size in bytes.</summary>
    public const int Size = 5;

    /// <summary>Writes the prefix of an uncompressed message.</summary>
    public static void Write(Span<byte> destination, int length)
    {
        destination[0] = 0;
        BinaryPrimitives.WriteUInt32BigEndian(destination[1..], (uint)length);
    }

    /// <summary>Reads five bytes.</summary>
    public static MessagePrefix Read(ReadOnlySpan<byte> source) =>
        new(source[0], BinaryPrimitives.ReadUInt32BigEndian(source[1..]));

    /// <summary>
    /// What is wrong with the prefix, or <see cref="GrpcStatus.Ok"/>. The length is compared before anything is awaited or
    /// allocated for it; compressed messages join here when an encoding other than identity is negotiated.
    /// </summary>
    public GrpcStatus Check(int maxReceiveBytes) => this switch
    {
        { Flag: > 1 } => GrpcStatus.UnsupportedFlag,
        { Flag: 1 } => GrpcStatus.FlagWithoutEncoding,
        _ when Length > (uint)maxReceiveBytes => new(StatusCode.ResourceExhausted,
            $"A message of {Length} bytes is larger than the {maxReceiveBytes} bytes taken."),
        _ => GrpcStatus.Ok,
    };
}
