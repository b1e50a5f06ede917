using System.Buffers;
using System.Text;

namespace Telemetry.Grpc.Server.Health;

/// <summary>
/// The two messages of grpc.health.v1 by hand: each has one field with number 1.
/// <code>
/// 0a 03 'a' 'p' 'i'     HealthCheckRequest{service: "api"}
/// 08 01                 HealthCheckResponse{status: SERVING}
/// </code>
/// </summary>
internal static class HealthMessages
{
    private const int MaxNameBytes = 127;

    /// <summary>The name of the service asked for; false when the message is anything else or the name is too long.</summary>
    public static bool TryReadRequest(ReadOnlySequence<byte> message, out string service)
    {
        service = "";
        if (message.IsEmpty)
        {
            return true;
        }

        var bytes = message.Slice(0, Math.Min(message.Length, MaxNameBytes + 2)).ToArray();
        if (message.Length > bytes.Length || bytes.Length < 2 || bytes[0] != 0x0A || bytes[1] != bytes.Length - 2)
        {
            return false;
        }

        service = Encoding.UTF8.GetString(bytes, 2, bytes.Length - 2);
        return true;
    }

    public static byte[] WriteResponse(ServingStatus status) => status == 0 ? [] : [0x08, (byte)status];
}
