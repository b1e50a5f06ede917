using Telemetry.Protos.V1;
using Telemetry.Wire;
using BatchHeader = Telemetry.Wire.BatchHeader;
using Compression = Telemetry.Wire.Compression;

namespace Telemetry.Gateway.Ship;

/// <summary>
/// Decides over a batch from its header and checksum; the payload stays closed, since the indexer compares it with the header.
/// </summary>
internal static class BatchCheck
{
    /// <summary>An empty record takes two bytes: its tag and its length.</summary>
    private const int MinRecordBytes = 2;

    /// <summary>Null when the batch is taken. Does not throw.</summary>
    public static Rejection? Check(BatchBody body, CallIdentity identity, GatewayLimits limits, out BatchHeader? header)
    {
        header = null;
        if (body.Header.Length + body.Payload.Length > limits.MaxBatchBytes)
        {
            return new(RejectReason.Size,
                $"The batch has {body.Header.Length + body.Payload.Length} bytes of at most {limits.MaxBatchBytes}.");
        }

        if (!BatchHeader.TryRead(body.Header.Span, out var read, out var problem))
        {
            return new(ToReason(problem.Fault), problem.Detail);
        }

        header = read;
        return FindContradiction(read, body.Payload.Length)
            ?? FindRefusal(read, identity, limits)
            ?? CheckPayload(read, body.Payload.Span);
    }

    private static Rejection? FindContradiction(BatchHeader header, int payloadBytes)
    {
        var stored = header.Compression == Compression.None;
        if (stored && (header.RawSize != payloadBytes || header.RawCrc32C != header.PayloadCrc32C))
        {
            return new(RejectReason.Decoding, "The header's size and checksums of an uncompressed payload differ.");
        }

        return header.RawSize < (long)header.RecordCount * MinRecordBytes || payloadBytes == 0
            ? new(RejectReason.Decoding, $"{header.RecordCount} records do not fit into {header.RawSize} bytes.")
            : null;
    }

    private static Rejection? FindRefusal(BatchHeader header, CallIdentity identity, GatewayLimits limits)
    {
        if (header.RawSize > limits.MaxRawBytes)
        {
            return new(RejectReason.Size, $"The content has {header.RawSize} bytes of at most {limits.MaxRawBytes}.");
        }

        if (header.Lane != identity.Lane)
        {
            return new(RejectReason.Lane, $"The batch is of lane {header.Lane}, the call of lane {identity.Lane}.");
        }

        return identity.Lifetimes.Contains(header.Lifetime)
            ? null
            : new(RejectReason.Identity, $"Lifetime {header.Lifetime} is none that this call has named.");
    }

    private static Rejection? CheckPayload(BatchHeader header, ReadOnlySpan<byte> payload) =>
        Crc32C.Compute(payload) == header.PayloadCrc32C
            ? null
            : new(RejectReason.Checksum, "The payload does not match its checksum.");

    private static RejectReason ToReason(HeaderFault fault) => fault switch
    {
        HeaderFault.Size => RejectReason.Size,
        HeaderFault.Lane => RejectReason.Lane,
        _ => RejectReason.Decoding,
    };
}
