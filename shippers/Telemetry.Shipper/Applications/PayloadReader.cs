using Telemetry.Protos.V1;
using Telemetry.Wire;
using BatchHeader = Telemetry.Wire.BatchHeader;

namespace Telemetry.Shipper.Applications;

/// <summary>
/// Looks into payloads, one at a time for all applications: however many there are, what is inflated is bounded. Any thread.
/// </summary>
internal sealed class PayloadReader
{
    /// <summary>The largest content of a batch once decompressed, bytes.</summary>
    public const int MaxRawBytes = 1 << 20;

    private readonly Lock _gate = new();
    private readonly BatchUnpacker _unpacker = new();

    /// <summary>Null when the payload is what its header says and nothing is wrong with its records.</summary>
    public Reject? FindRefusal(BatchHeader header, ReadOnlySpan<byte> payload, Func<RecordsReader, string?> findProblem)
    {
        lock (_gate)
        {
            if (_unpacker.Unpack(header, payload, out var raw) != UnpackResult.Ok)
            {
                return new Reject { Reason = RejectReason.Checksum, Detail = "The payload does not inflate to what its header says." };
            }

            return findProblem(new RecordsReader(raw.Span)) is { } problem
                ? new Reject { Reason = RejectReason.Identity, Detail = problem }
                : null;
        }
    }
}
