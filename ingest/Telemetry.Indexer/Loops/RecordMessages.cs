using Google.Protobuf;
using Telemetry.Protos.V1;
using Telemetry.Wire;

namespace Telemetry.Indexer.Loops;

/// <summary>Decodes the records that are messages.</summary>
internal static class RecordMessages
{
    /// <summary>False when the bytes do not decode or the kind is unknown to this version. Does not throw.</summary>
    public static bool TryDecode(RecordKind kind, ReadOnlySpan<byte> body, out IMessage message)
    {
        message = null!;
        try
        {
            message = kind switch
            {
                RecordKind.AgentStart => AgentStart.Parser.ParseFrom(body),
                RecordKind.AgentStop => AgentStop.Parser.ParseFrom(body),
                RecordKind.StreamOpened => StreamOpened.Parser.ParseFrom(body),
                RecordKind.StreamClosed => StreamClosed.Parser.ParseFrom(body),
                RecordKind.WorkloadStart => WorkloadStart.Parser.ParseFrom(body),
                RecordKind.WorkloadEnd => WorkloadEnd.Parser.ParseFrom(body),
                RecordKind.Heartbeat => Heartbeat.Parser.ParseFrom(body),
                RecordKind.Loss => Loss.Parser.ParseFrom(body),
                RecordKind.Crash => Crash.Parser.ParseFrom(body),
                RecordKind.Seal => Seal.Parser.ParseFrom(body),
                RecordKind.LevelChange => LevelChange.Parser.ParseFrom(body),
                RecordKind.WorkloadPeer => WorkloadPeer.Parser.ParseFrom(body),
                _ => null!,
            };
            return message is not null;
        }
        catch (InvalidProtocolBufferException)
        {
            return false;
        }
    }
}
