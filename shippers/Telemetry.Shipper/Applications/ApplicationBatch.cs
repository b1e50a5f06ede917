using Google.Protobuf;
using Telemetry.Protos.V1;
using Telemetry.Shipping.Lanes;
using Telemetry.Wire;
using BatchHeader = Telemetry.Wire.BatchHeader;
using Lane = Telemetry.Wire.Lane;

namespace Telemetry.Shipper.Applications;

/// <summary>
/// Decides over the batches of one call, and makes those that are taken our server's: the lifetime in their header becomes ours. Streams
/// of others, and records by which only the server itself is described, are refused. One thread at a time.
/// </summary>
internal sealed class ApplicationBatch(ApplicationHello hello, PayloadReader payloads)
{
    private readonly System.Buffers.ArrayBufferWriter<byte> _header = new(256);

    /// <summary>Null and the batch in <paramref name="output"/>, or why it is refused for good. Does not throw.</summary>
    public Reject? Take(BatchBody body, BatchMessage output, out BatchHeader header)
    {
        if (!BatchHeader.TryRead(body.Header.Span, out header, out var problem) || !header.Matches(body.Payload.Span, out problem))
        {
            return Refuse((RejectReason)problem.Fault, problem.Detail);
        }

        if (header.Lane != hello.Lane)
        {
            return Refuse(RejectReason.Lane, $"The batch is of lane {header.Lane}, the call of lane {hello.Lane}.");
        }

        if (!hello.Lifetimes.TryGetValue(header.Lifetime, out var ours))
        {
            return Refuse(RejectReason.Identity, $"Lifetime {header.Lifetime} is none that this call has named.");
        }

        foreach (var run in header.Runs)
        {
            if (!hello.Streams.Contains(run.Stream))
            {
                return Refuse(RejectReason.Identity, $"Stream {run.Stream} is none that this call has named.");
            }
        }

        if (header.RawSize > PayloadReader.MaxRawBytes)
        {
            return Refuse(RejectReason.Size, $"The content has {header.RawSize} bytes of at most {PayloadReader.MaxRawBytes}.");
        }

        if (payloads.FindRefusal(header, body.Payload.Span, FindForged) is { } refusal)
        {
            return refusal;
        }

        header = header with { Lifetime = ours };
        _header.ResetWrittenCount();
        header.Write(_header);
        new BatchBody(_header.WrittenMemory, body.Payload).Write(output);
        return null;
    }

    private string? FindForged(RecordsReader records)
    {
        while (records.Next())
        {
            if (!IsOfApplication(records.Kind, records.Body))
            {
                return $"An application does not write records of kind {records.Kind} in lane {hello.Lane}, or not of others.";
            }
        }

        return records.Failed ? "The payload is malformed." : null;
    }

    private bool IsOfApplication(RecordKind kind, ReadOnlySpan<byte> body)
    {
        if (hello.Lane == Lane.Bulk || kind == RecordKind.Line)
        {
            return hello.Lane == Lane.Bulk && kind == RecordKind.Line;
        }

        try
        {
            return kind switch
            {
                RecordKind.AgentStart => AgentStart.Parser.ParseFrom(body).Agent is { IsApplication: true },
                RecordKind.StreamOpened => Owns(StreamOpened.Parser.ParseFrom(body)),
                RecordKind.StreamClosed => Owns(StreamClosed.Parser.ParseFrom(body).StreamId),
                RecordKind.Loss => Owns(Loss.Parser.ParseFrom(body).StreamId),
                RecordKind.WorkloadStart => Owns(WorkloadStart.Parser.ParseFrom(body).Workload?.Id),
                RecordKind.WorkloadEnd => Owns(WorkloadEnd.Parser.ParseFrom(body).WorkloadId),
                RecordKind.LevelChange => Owns(LevelChange.Parser.ParseFrom(body).WorkloadId),
                RecordKind.Crash => Owns(Crash.Parser.ParseFrom(body).WorkloadId),
                _ => false,
            };
        }
        catch (InvalidProtocolBufferException)
        {
            return false;
        }
    }

    private bool Owns(StreamOpened opened) => Owns(opened.StreamId)
        && StreamId.From((int)opened.Kind, opened.WorkloadId, opened.Name).Value == opened.StreamId;

    private bool Owns(ulong stream) => hello.Streams.Contains(new StreamId(stream));

    private bool Owns(string? workload) => workload is not null && hello.WorkloadIds.Contains(workload);

    private static Reject Refuse(RejectReason reason, string detail) => new() { Reason = reason, Detail = detail };
}
