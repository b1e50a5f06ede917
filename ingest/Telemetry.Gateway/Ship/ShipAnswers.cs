using System.Buffers;
using Google.Protobuf;
using Telemetry.Protos.V1;
using Telemetry.Wire;

namespace Telemetry.Gateway.Ship;

/// <summary>Encodes <c>telemetry.v1.ShipResponse</c>. Acks by hand, since there is one for every group commit.</summary>
internal static class ShipAnswers
{
    public static byte[] Welcome(Welcome welcome) => new ShipResponse { Welcome = welcome }.ToByteArray();

    public static byte[] Levels(Protos.V1.Levels levels) => new ShipResponse { Levels = levels }.ToByteArray();

    /// <summary>Replaces what is in <paramref name="output"/> with one answer.</summary>
    public static void Write(ArrayBufferWriter<byte> output, in ShipAnswer answer)
    {
        output.ResetWrittenCount();
        if (answer.Rejection is { } rejection)
        {
            var reject = new Reject { Batch = answer.Number, Reason = rejection.Reason, Detail = rejection.Detail };
            new ShipResponse { Reject = reject }.WriteTo(output);
            return;
        }

        ProtoWriter.Length(output, 2, 1 + ProtoWriter.VarintSize(answer.Number));
        ProtoWriter.Varint(output, 1, answer.Number);
    }
}
