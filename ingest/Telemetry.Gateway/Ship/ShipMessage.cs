using Telemetry.Wire;

namespace Telemetry.Gateway.Ship;

/// <summary>Which kind of <c>telemetry.v1.ShipRequest</c> a message is.</summary>
internal enum ShipMessageKind
{
    /// <summary>Neither; or no message at all.</summary>
    None,
    Hello = 1,
    Batch = 2,
}

/// <summary>A <c>telemetry.v1.ShipRequest</c> with its content still encoded.</summary>
internal readonly record struct ShipMessage(ShipMessageKind Kind, ReadOnlyMemory<byte> Content)
{
    /// <summary>False when the message is malformed. As in any oneof the last kind counts. Does not throw.</summary>
    public static bool TryRead(ReadOnlyMemory<byte> input, out ShipMessage message)
    {
        message = default;
        var reader = new ProtoReader(input.Span);
        while (reader.Next())
        {
            if (reader is { WireType: 2, Field: 1 or 2 })
            {
                var end = input.Length - reader.Remaining;
                message = new((ShipMessageKind)reader.Field, input[(end - reader.Bytes.Length)..end]);
            }
        }

        return !reader.Failed;
    }
}
