using Telemetry.Protos.V1;
using Telemetry.Wire;
using BatchHeader = Telemetry.Wire.BatchHeader;

namespace Telemetry.Gateway.Ship;

/// <summary>
/// Decides over a batch from its header and checksum; the payload stays closed, since the indexer compares it with the header.
/// </summary>
internal static class BatchCheck
{
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
            return new((RejectReason)problem.Fault, problem.Detail);
        }

        header = read;
        return FindRefusal(read, identity, limits)
            ?? (read.Matches(body.Payload.Span, out problem) ? null : new((RejectReason)problem.Fault, problem.Detail));
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
}
